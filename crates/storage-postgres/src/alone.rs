//! Statements that need no snapshot: each on a connection that lives.

use async_trait::async_trait;
use dqops_users_storage::{
    StorageError,
    sql::{RowVisitor, SqlConnection, Value},
};
use sqlx::{PgPool, postgres::PgRow};

use crate::{
    connection::{Fetched, Held, query, within},
    live::on_a_live_connection,
};

/// The pool, as a connection.
pub(crate) struct Alone(pub(crate) PgPool);

impl Alone {
    async fn fetch(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<PgRow>, StorageError> {
        let mut connection = within(self.0.acquire()).await?;
        within(query(sql, values).fetch_all(&mut *connection)).await
    }
}

#[async_trait]
impl SqlConnection for Alone {
    async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        Held::new(within(self.0.acquire()).await?).execute(sql, values).await
    }

    async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: RowVisitor<'_>,
    ) -> Result<(), StorageError> {
        // All of them first: what is tried again must not be visited twice.
        let rows = on_a_live_connection!(self.fetch(sql, values))?;
        rows.into_iter().try_for_each(|row| visit(&Fetched(row)))
    }

    async fn prepare_for_bulk(&mut self) -> Result<(), StorageError> {
        Ok(())
    }
}
