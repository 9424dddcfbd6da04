//! The contract suite on `PostgreSQL`.

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_storage::{SharedStorage, StorageError, contract::Fixture};
use dqops_users_storage_postgres::{PostgresStorage, TestDatabase};

struct PostgresFixture(TestDatabase);

async fn fresh() -> PostgresFixture {
    PostgresFixture(TestDatabase::create().await)
}

#[async_trait]
impl Fixture for PostgresFixture {
    async fn try_open(&self) -> Result<SharedStorage, StorageError> {
        Ok(Arc::new(PostgresStorage::open(self.0.url(), None).await?))
    }

    async fn raw(&self, sql: &'static str) -> Result<u64, StorageError> {
        self.0.execute(sql).await.map_err(StorageError::backend)
    }

    fn drop_audit_guards(&self) -> [&'static str; 2] {
        [
            "DROP TRIGGER audit_never_changes ON audit",
            "DROP TRIGGER audit_goes_on_in_order ON audit",
        ]
    }

    async fn columns(&self) -> Vec<(String, String)> {
        self.0.columns().await
    }
}

dqops_users_storage::contract_suite!(fresh);
