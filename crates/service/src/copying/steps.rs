//! How far a copy has come.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Is told how many steps are done, and of how many.
pub type CopyProgress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// Steps of a copy: every row is read twice, and every audit entry verified twice.
pub(super) struct Steps {
    done: AtomicU64,
    all: u64,
    progress: CopyProgress,
}

impl Steps {
    pub(super) const fn new(all: u64, progress: CopyProgress) -> Self {
        Self { done: AtomicU64::new(0), all, progress }
    }

    /// Tells that so many more are done.
    pub(super) fn take(&self, steps: usize) {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let done = self.done.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        (self.progress)(done, self.all);
    }

    /// How many are done.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Goes back to where only so many were done.
    pub(super) fn go_back(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}
