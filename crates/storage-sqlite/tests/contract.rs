//! The contract suite on `SQLite`.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_storage::{SharedStorage, StorageError, contract::Fixture};
use dqops_users_storage_sqlite::SqliteStorage;
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

struct SqliteFixture(TempDir);

async fn fresh() -> SqliteFixture {
    SqliteFixture(tempfile::tempdir().unwrap())
}

#[async_trait]
impl Fixture for SqliteFixture {
    async fn try_open(&self) -> Result<SharedStorage, StorageError> {
        Ok(Arc::new(SqliteStorage::open(&self.0.path().join("users.db")).await?))
    }

    async fn raw(&self, sql: &'static str) -> Result<u64, StorageError> {
        let options = SqliteConnectOptions::new().filename(self.0.path().join("users.db"));
        let mut connection = options.connect().await.unwrap();
        let done = sqlx::query(sql).execute(&mut connection).await;
        done.map(|done| done.rows_affected()).map_err(StorageError::backend)
    }

    fn drop_audit_guards(&self) -> [&'static str; 2] {
        ["DROP TRIGGER audit_never_changes", "DROP TRIGGER audit_goes_on_in_order"]
    }

    async fn columns(&self) -> Vec<(String, String)> {
        let options = SqliteConnectOptions::new().filename(self.0.path().join("users.db"));
        let mut connection = options.connect().await.unwrap();
        let sql = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
        sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
    }
}

dqops_users_storage::contract_suite!(fresh);
