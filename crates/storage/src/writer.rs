//! The one writer: it runs the mutations that wait, commits them together, and answers each caller.

mod batch;
mod figures;

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_metrics::Metrics;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use self::figures::Figures;
use crate::{
    EpochLease, Job, StorageError,
    sql::{Opening, SqlConnection},
};

/// Mutations that may wait; what comes on top waits to be let in.
const QUEUE_LENGTH: usize = 1024;

/// Mutations in one commit at the most, so that the first of many does not wait for all.
const BATCH_LENGTH: usize = 64;

/// A connection on which the writer works.
#[async_trait]
pub trait WriteConnection: SqlConnection {
    /// Begins a transaction, takes the directory lock, and then reads what the transaction begins with.
    async fn begin(&mut self) -> Result<Opening, StorageError>;
}

/// Opens connections for the writer, at first and after one was lost.
#[async_trait]
pub trait Connect: Send + Sync + 'static {
    /// Opens a connection.
    async fn connect(&self) -> Result<Box<dyn WriteConnection>, StorageError>;
}

/// The way to the writer's task.
pub struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the writer's task.
    pub fn start(connector: impl Connect, lease: Arc<EpochLease>, metrics: &Metrics) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
        let figures = Figures::new(metrics, &sender);
        let task = tokio::spawn(run(Box::new(connector), lease, figures, receiver));
        Self { jobs: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) }
    }

    /// Hands a job to the writer; waits when the queue is full.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] after [`Writer::close`].
    pub async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        let sender = self.jobs.lock().await.clone().ok_or_else(StorageError::stopped)?;
        sender.send(job).await.map_err(|_| StorageError::stopped())
    }

    /// Takes no more jobs and waits until those that wait are done.
    pub async fn close(&self) {
        self.jobs.lock().await.take();
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
    }
}

async fn run(
    connector: Box<dyn Connect>,
    lease: Arc<EpochLease>,
    figures: Figures,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
) {
    let mut connection = None;
    let mut waiting = Vec::with_capacity(BATCH_LENGTH);
    while jobs.recv_many(&mut waiting, BATCH_LENGTH).await > 0 {
        // Nobody waits for these, and nothing of them has happened.
        waiting.retain(|job| !job.is_abandoned());
        if waiting.is_empty() {
            continue;
        }
        let place =
            batch::Place { connector: connector.as_ref(), lease: &lease, figures: &figures };
        let committed = batch::run(place, &mut connection, &mut waiting).await;
        for job in waiting.drain(..) {
            job.finish(committed.clone());
        }
        if let Some(silence) = committed.err().and_then(|error| error.as_silence()) {
            // Those who came meanwhile have waited as long: asking once more would double it.
            while let Ok(job) = jobs.try_recv() {
                job.finish(Err(silence.clone()));
            }
        }
    }
}
