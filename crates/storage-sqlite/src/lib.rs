//! The directory in one `SQLite` file: the embedded default.
//!
//! One writer connection, one small pool of readers, the write-ahead log, and `synchronous=FULL`, so
//! that what was acknowledged survives a power cut.

mod connection;
mod error;
mod identity;
mod migrations;
mod options;
mod plain;
mod settle;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use dqops_users_domain::Epoch;
use dqops_users_metrics::Metrics;
use dqops_users_storage::{
    EpochLease, Job, Reader, Storage, StorageError, pool,
    sql::{self, SqlSession},
    writer::Writer,
};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

use connection::Held;
use error::storage_error;
use identity::FileIdentity;
pub use migrations::latest as latest_migration;
pub use plain::has_tables_alone;
pub use settle::settle;

/// Readers: more only cost memory.
const READERS: u32 = 3;

/// A directory in a file.
pub struct SqliteStorage {
    lease: Arc<EpochLease>,
    metrics: Metrics,
    identity: FileIdentity,
    readers: SqlitePool,
    writer: Writer,
}

impl SqliteStorage {
    /// Opens the file, makes it and its folder if they do not exist, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, was made by a newer version, or cannot be made durable.
    pub async fn open(file: &Path) -> Result<Self, StorageError> {
        migrations::run(file).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options::reader(file))
            .await
            .map_err(storage_error)?;
        let identity = FileIdentity::of(file).map_err(StorageError::unavailable)?;
        let metrics = Metrics::new();
        let counted = readers.clone();
        pool::show(&metrics, move || (counted.size(), counted.num_idle()));
        let lease = Arc::new(EpochLease::counted(&metrics));
        let writer = Writer::start(writer::Connector::new(file), Arc::clone(&lease), &metrics);
        Ok(Self { lease, metrics, identity, readers, writer })
    }
}

#[async_trait]
impl Storage for SqliteStorage {
    async fn read(&self) -> Result<Box<dyn Reader>, StorageError> {
        self.identity.check()?;
        let transaction = self.readers.begin().await.map_err(storage_error)?;
        Ok(Box::new(SqlSession::reading(Held(transaction))))
    }

    async fn read_once(&self) -> Result<Box<dyn Reader>, StorageError> {
        self.identity.check()?;
        let connection = self.readers.acquire().await.map_err(storage_error)?;
        Ok(Box::new(SqlSession::reading(Held(connection))))
    }

    async fn read_epoch(&self) -> Result<Epoch, StorageError> {
        self.identity.check()?;
        let connection = self.readers.acquire().await.map_err(storage_error)?;
        sql::read_epoch(&mut Held(connection)).await
    }

    fn lease(&self) -> &EpochLease {
        &self.lease
    }

    fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        self.identity.check()?;
        self.writer.submit(job).await
    }

    async fn close(&self) {
        self.writer.close().await;
        // Nobody is to be told that all is well by what was read before.
        self.lease.forfeit();
        self.readers.close().await;
    }
}
