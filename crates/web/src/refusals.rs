//! The log line of requests that were refused because the server is busy: one a second with their
//! number, because a storm of them must not fill the disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Over how long they are counted together.
const WHILE: Duration = Duration::from_secs(1);

/// Refused requests that are not in the log yet.
#[derive(Clone, Default)]
pub(crate) struct Refusals {
    count: Arc<AtomicU64>,
}

impl Refusals {
    /// Takes note of one. The first of a second begins the count, at whose end it is logged.
    pub(crate) fn note(&self) {
        if self.count.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let refusals = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(WHILE).await;
            let refused = refusals.count.swap(0, Ordering::AcqRel);
            tracing::warn!(refused, "requests were refused within a second: the server is busy");
        });
    }
}
