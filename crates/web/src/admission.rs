//! How many requests are worked on at once.

use std::sync::{Arc, Mutex, PoisonError};

use dqops_users_metrics::{Counter, Metrics};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::problem::Problem;

/// The places of requests that are worked on.
#[derive(Clone)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    refused: Counter,
}

impl Places {
    pub(crate) fn new(count: usize, metrics: &Metrics) -> Self {
        let free = Arc::new(Semaphore::new(count));
        let counted = Arc::clone(&free);
        metrics.reading("http_requests_in_progress", "Requests being worked on", move || {
            let taken = count.saturating_sub(counted.available_permits());
            f64::from(u32::try_from(taken).unwrap_or(u32::MAX))
        });
        let refused = metrics.counter(
            "http_requests_refused_total",
            "Requests refused with 503 because too many were being worked on",
        );
        Self { free, refused }
    }

    /// Takes a place for as long as the answer is kept, or is refused when all are taken.
    pub(crate) fn take(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.free.try_acquire().map_err(|_| self.refuse())
    }

    fn refuse(&self) -> Problem {
        self.refused.inc();
        Problem::overloaded()
    }
}

/// A request's place among those that are worked on. A request gives it up while its body arrives:
/// slow clients must not keep the others out.
#[derive(Clone)]
pub(crate) struct Place {
    places: Places,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// A place that is not taken yet.
    pub(crate) fn new(places: &Places) -> Self {
        Self { places: places.clone(), held: Arc::default() }
    }

    /// Takes the place, or is refused when all are taken.
    pub(crate) fn take(&self) -> Result<(), Problem> {
        let permit = Arc::clone(&self.places.free).try_acquire_owned();
        self.put(Some(permit.map_err(|_| self.places.refuse())?));
        Ok(())
    }

    /// Gives the place up.
    pub(crate) fn leave(&self) {
        self.put(None);
    }

    fn put(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}
