//! How the directory is stored: traits, the error, and what all SQL storages share.
//!
//! A storage stores; it holds no policy. It is read through snapshots ([`Storage::read`]) and
//! changed through [mutations](Mutation), which one writer runs one after the other under the
//! directory lock and commits together ([`writer`]).

#[cfg(feature = "contract")]
pub mod contract;
pub mod pool;
pub mod sql;
pub mod writer;

mod bulk;
mod error;
mod lease;
mod mutation;
mod reader;
mod unit_of_work;

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_domain::Epoch;
use dqops_users_metrics::Metrics;

pub use bulk::{BulkReader, BulkWriter, ColumnKind, StoredRow, Table};
pub use error::{Cause, StorageError};
pub use lease::EpochLease;
pub use mutation::{Job, Mutation};
pub use reader::{
    ApiKeyReader, AuditQuery, AuditReader, BrowseQuery, BrowsedUser, Bucket, DataDomainReader,
    DirectoryReader, DirectoryRecord, PasswordLinkReader, PasswordReader, Reader, SessionReader,
    ThrottleReader, UserOrder, UserQuery, UserReader, UserVisitor,
};
pub use unit_of_work::{
    ApiKeyWriter, AuditWriter, DataDomainWriter, DirectoryWriter, NewUser, PasswordLinkWriter,
    PasswordWriter, SessionWriter, ThrottleWriter, UnitOfWork, UserWriter,
};

/// A place that keeps one directory.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Opens a snapshot: what it reads is the directory at one moment.
    async fn read(&self) -> Result<Box<dyn Reader>, StorageError>;

    /// Opens a reader for one statement alone, which needs no snapshot: `find_by_digest`,
    /// `find_session_by_digest`.
    async fn read_once(&self) -> Result<Box<dyn Reader>, StorageError> {
        self.read().await
    }

    /// Reads the epoch of the last commit of any process.
    async fn read_epoch(&self) -> Result<Epoch, StorageError>;

    /// What this process knows of the epoch.
    fn lease(&self) -> &EpochLease;

    /// What it counts.
    fn metrics(&self) -> &Metrics;

    /// Hands a job to the writer; see `write` of `dyn Storage`, which wraps it.
    async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError>;

    /// Waits until what was submitted is committed, then lets go of all connections.
    async fn close(&self);
}

impl dyn Storage + '_ {
    /// An epoch that was current at some moment since the call before the lease ran out: at the most
    /// [`EpochLease::LENGTH`] ago, and never before the last write that this process acknowledged.
    ///
    /// # Errors
    /// When the storage has to be asked and does not answer.
    pub async fn epoch(&self) -> Result<Epoch, StorageError> {
        match self.lease().held() {
            Some(epoch) => Ok(epoch),
            None => self.lease().confirm(|| self.read_epoch()).await,
        }
    }

    /// Runs a mutation under the directory lock and answers when it is durable.
    ///
    /// The mutation runs in the writer's task: if the caller goes away, it happens whole or not at
    /// all. Once this answers, `epoch` covers it.
    ///
    /// # Errors
    /// The mutation's own refusal, or the storage's error. After
    /// [`StorageError::OutcomeUnknown`] it may or may not have been done.
    pub async fn write<M: Mutation>(&self, mutation: M) -> Result<M::Kept, M::Refused> {
        let (job, answer) = mutation::job(mutation);
        self.submit(job).await?;
        answer.await.unwrap_or_else(|_| Err(StorageError::stopped().into()))
    }
}

/// The storage as the service holds it.
pub type SharedStorage = Arc<dyn Storage>;
