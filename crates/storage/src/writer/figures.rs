//! What the writer counts.

use dqops_users_metrics::{Counter, Histogram, Metrics};
use tokio::sync::mpsc;

use super::Job;

/// Bounds for mutations in one commit, up to `BATCH_LENGTH`.
const BATCHES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Bounds for commits: a good disk takes a fraction of a millisecond.
const COMMIT_SECONDS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// The writer's figures.
pub(super) struct Figures {
    pub(super) batch: Histogram,
    pub(super) commit: Histogram,
    pub(super) audit_entries: Counter,
}

impl Figures {
    pub(super) fn new(metrics: &Metrics, queue: &mpsc::Sender<Box<dyn Job>>) -> Self {
        // Weak, so that the queue still ends when the writer is closed.
        let queue = queue.downgrade();
        let waiting = move || {
            let waiting =
                queue.upgrade().map_or(0, |queue| queue.max_capacity() - queue.capacity());
            u32::try_from(waiting).unwrap_or(u32::MAX).into()
        };
        metrics.reading("writer_waiting", "Changes that wait for the writer", waiting);
        Self {
            batch: metrics.histogram(
                "writer_batch_size",
                "Changes in one commit, refused ones included",
                BATCHES,
            ),
            commit: metrics.histogram(
                "writer_commit_duration_seconds",
                "How long the database took to make a commit durable",
                COMMIT_SECONDS,
            ),
            audit_entries: metrics.counter(
                "audit_entries_written_total",
                "Entries of the audit trail that this process committed",
            ),
        }
    }
}
