//! How many requests are worked on at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// A request's place among those that are worked on. A request gives it up while its body arrives:
/// slow clients must not keep the others out.
#[derive(Clone)]
pub(crate) struct Place {
    places: Arc<Semaphore>,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// A place that is not taken yet.
    pub(crate) fn new(places: &Arc<Semaphore>) -> Self {
        Self { places: Arc::clone(places), held: Arc::default() }
    }

    /// Takes the place, or is refused when all are taken.
    pub(crate) fn take(&self) -> Result<(), Problem> {
        let permit = Arc::clone(&self.places).try_acquire_owned();
        self.put(Some(permit.map_err(|_| Problem::overloaded())?));
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
