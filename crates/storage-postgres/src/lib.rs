//! The directory in `PostgreSQL` 15 or later, for several replicas.
//!
//! Writers of all replicas take turns under one advisory lock. Nothing is delivered from replica to
//! replica: each asks for the epoch when its lease has run out.

mod alone;
mod connection;
mod error;
mod live;
mod migrations;
mod options;
#[cfg(feature = "test-database")]
mod test_database;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_domain::Epoch;
use dqops_users_metrics::Metrics;
use dqops_users_storage::{
    EpochLease, Job, Reader, Storage, StorageError, pool,
    sql::{self, SqlSession},
    writer::Writer,
};
use sqlx::{
    PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use alone::Alone;
use connection::{Held, within};
use error::storage_error;
use live::on_a_live_connection;
#[cfg(feature = "test-database")]
pub use test_database::TestDatabase;

/// Readers of one replica: more only cost memory.
const READERS: u32 = 6;

/// A snapshot that does not move and cannot write.
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A directory in a Postgres database.
pub struct PostgresStorage {
    lease: Arc<EpochLease>,
    metrics: Metrics,
    readers: PgPool,
    writer: Writer,
}

impl PostgresStorage {
    /// Connects to `postgres://…`, with another password than the URL's if one is given, and brings
    /// the schema up to date.
    ///
    /// # Errors
    /// When the server cannot be reached, is too old, does not write durably, or holds a newer schema.
    pub async fn open(url: &str, password: Option<&str>) -> Result<Self, StorageError> {
        let options = options::parse(url, password)?;
        migrations::run(&options).await?;
        let readers = PgPoolOptions::new()
            .max_connections(READERS)
            .min_connections(1)
            .acquire_timeout(connection::PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await
            .map_err(storage_error)?;
        let metrics = Metrics::new();
        let counted = readers.clone();
        pool::show(&metrics, move || (counted.size(), counted.num_idle()));
        let lease = Arc::new(EpochLease::counted(&metrics));
        let writer = Writer::start(writer::Connector::new(options), Arc::clone(&lease), &metrics);
        Ok(Self { lease, metrics, readers, writer })
    }

    /// Whether a directory was made in the database, of whatever version.
    ///
    /// # Errors
    /// As [`PostgresStorage::open`].
    pub async fn is_there(url: &str, password: Option<&str>) -> Result<bool, StorageError> {
        migrations::is_there(&options::parse(url, password)?).await
    }

    async fn begin_snapshot(&self) -> Result<Transaction<'static, Postgres>, StorageError> {
        within(self.readers.begin_with(BEGIN_SNAPSHOT)).await
    }

    async fn ask_epoch(&self) -> Result<Epoch, StorageError> {
        let connection = within(self.readers.acquire()).await?;
        sql::read_epoch(&mut Held::new(connection)).await
    }
}

#[async_trait]
impl Storage for PostgresStorage {
    async fn read(&self) -> Result<Box<dyn Reader>, StorageError> {
        let transaction = on_a_live_connection!(self.begin_snapshot())?;
        Ok(Box::new(SqlSession::reading(Held::new(transaction))))
    }

    async fn read_once(&self) -> Result<Box<dyn Reader>, StorageError> {
        Ok(Box::new(SqlSession::reading(Alone(self.readers.clone()))))
    }

    async fn read_epoch(&self) -> Result<Epoch, StorageError> {
        on_a_live_connection!(self.ask_epoch())
    }

    fn lease(&self) -> &EpochLease {
        &self.lease
    }

    fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        self.writer.submit(job).await
    }

    async fn close(&self) {
        self.writer.close().await;
        // Nobody is to be told that all is well by what was read before.
        self.lease.forfeit();
        self.readers.close().await;
    }
}

/// Reads a `postgres://` URL, to say at once what is wrong with it.
///
/// # Errors
/// [`StorageError::Unsuitable`] when it is no such URL.
pub fn check_url(url: &str) -> Result<(), StorageError> {
    options::parse(url, None).map(|_: PgConnectOptions| ())
}
