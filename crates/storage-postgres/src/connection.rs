//! The shared statements' way to `PostgreSQL`.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use async_trait::async_trait;
use dqops_users_storage::{
    StorageError,
    sql::{Row, RowVisitor, SqlConnection, Value},
};
use futures_util::TryStreamExt as _;
use sqlx::{
    PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use uuid::Uuid;

use crate::error::{damaged, storage_error};

/// How long a server may take to answer: one that was cut off never does.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1800);

/// How long it may take with many rows, for which nobody waits who could do something else: as long as
/// `statement_timeout` allows.
const BULK_PATIENCE: Duration = Duration::from_mins(1);

/// Waits for the server, but not for ever.
pub(crate) async fn within<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StorageError> {
    within_at_most(PATIENCE, answer).await
}

async fn within_at_most<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StorageError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(storage_error),
        Err(elapsed) => Err(StorageError::unavailable(elapsed)),
    }
}

/// A connection, or what holds one: a pool's, a transaction's.
pub(crate) struct Held<H> {
    pub(crate) connection: H,
    patience: Duration,
}

impl<H> Held<H> {
    pub(crate) const fn new(connection: H) -> Self {
        Self { connection, patience: PATIENCE }
    }
}

#[async_trait]
impl<H> SqlConnection for Held<H>
where
    H: Deref<Target = PgConnection> + DerefMut + Send,
{
    async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        let done = within_at_most(self.patience, query(sql, values).execute(&mut *self.connection))
            .await?;
        Ok(done.rows_affected())
    }

    async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: RowVisitor<'_>,
    ) -> Result<(), StorageError> {
        let mut rows = query(sql, values).fetch(&mut *self.connection);
        while let Some(row) = within_at_most(self.patience, rows.try_next()).await? {
            visit(&Fetched(row))?;
        }
        Ok(())
    }

    async fn prepare_for_bulk(&mut self) -> Result<(), StorageError> {
        self.patience = BULK_PATIENCE;
        Ok(())
    }
}

pub(crate) fn query<'q>(
    sql: &'static str,
    values: &[Value<'_>],
) -> Query<'q, Postgres, PgArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Integer(number) => query.bind(number),
        Value::OptionalInteger(number) => query.bind(number),
        Value::Text(text) => query.bind(text.to_owned()),
        Value::OptionalText(text) => query.bind(text.map(str::to_owned)),
        Value::Bytes(bytes) => query.bind(bytes.to_owned()),
        Value::OptionalBytes(bytes) => query.bind(bytes.map(<[u8]>::to_owned)),
        Value::Uuid(id) => query.bind(id),
    })
}

pub(crate) struct Fetched(pub(crate) PgRow);

impl Row for Fetched {
    fn integer(&self, column: usize) -> Result<i64, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }

    fn optional_integer(&self, column: usize) -> Result<Option<i64>, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }

    fn text(&self, column: usize) -> Result<&str, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }

    fn optional_text(&self, column: usize) -> Result<Option<&str>, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }

    fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }

    fn uuid(&self, column: usize) -> Result<Uuid, StorageError> {
        self.0.try_get(column).map_err(damaged)
    }
}
