//! A storage before which something else can be made to happen: races with a known outcome.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dqops_users_domain::Epoch;
use dqops_users_metrics::Metrics;
use dqops_users_storage::{EpochLease, Job, Reader, SharedStorage, Storage, StorageError};
use futures_util::future::BoxFuture;

type Event = BoxFuture<'static, ()>;

/// Passes everything on, after the event that was set for it.
pub(crate) struct Interposed {
    inner: SharedStorage,
    before_read: Mutex<Option<Event>>,
    before_change: Mutex<Option<Event>>,
}

impl Interposed {
    pub(crate) fn over(inner: &SharedStorage) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            before_read: Mutex::default(),
            before_change: Mutex::default(),
        })
    }

    /// Lets `event` happen before the next read, once.
    pub(crate) fn before_the_next_read(&self, event: impl Future<Output = ()> + Send + 'static) {
        *self.before_read.lock().unwrap() = Some(Box::pin(event));
    }

    /// Lets `event` happen before the next change, once.
    pub(crate) fn before_the_next_change(&self, event: impl Future<Output = ()> + Send + 'static) {
        *self.before_change.lock().unwrap() = Some(Box::pin(event));
    }
}

async fn happen(event: &Mutex<Option<Event>>) {
    let event = event.lock().unwrap().take();
    if let Some(event) = event {
        event.await;
    }
}

#[async_trait]
impl Storage for Interposed {
    async fn read(&self) -> Result<Box<dyn Reader>, StorageError> {
        happen(&self.before_read).await;
        self.inner.read().await
    }

    async fn read_epoch(&self) -> Result<Epoch, StorageError> {
        self.inner.read_epoch().await
    }

    fn lease(&self) -> &EpochLease {
        self.inner.lease()
    }

    fn metrics(&self) -> &Metrics {
        self.inner.metrics()
    }

    async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        happen(&self.before_change).await;
        self.inner.submit(job).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
