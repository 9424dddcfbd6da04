//! The shared statements' way to `SQLite`.

use std::ops::{Deref, DerefMut};

use async_trait::async_trait;
use dqops_users_storage::{
    StorageError,
    sql::{Row, RowVisitor, SqlConnection, Value},
};
use futures_util::TryStreamExt as _;
use sqlx::{
    Row as _, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use uuid::Uuid;

use crate::error::{damaged, storage_error};

/// A connection, or what holds one: a pool's, a transaction's.
pub(crate) struct Held<H>(pub(crate) H);

#[async_trait]
impl<H> SqlConnection for Held<H>
where
    H: Deref<Target = SqliteConnection> + DerefMut + Send,
{
    async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        let done = query(sql, values).execute(&mut *self.0).await.map_err(storage_error)?;
        Ok(done.rows_affected())
    }

    async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: RowVisitor<'_>,
    ) -> Result<(), StorageError> {
        let mut rows = query(sql, values).fetch(&mut *self.0);
        while let Some(row) = rows.try_next().await.map_err(storage_error)? {
            visit(&Fetched(row))?;
        }
        Ok(())
    }

    async fn prepare_for_bulk(&mut self) -> Result<(), StorageError> {
        // Rows that come in the order of one index fall anywhere in the others, which should fit in.
        self.execute("PRAGMA cache_size = -65536", &[]).await?; // 64 MiB
        Ok(())
    }
}

fn query<'q>(sql: &'static str, values: &[Value<'_>]) -> Query<'q, Sqlite, SqliteArguments> {
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

struct Fetched(SqliteRow);

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
