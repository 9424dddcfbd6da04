//! Mutations written in place, for cases.

use std::{future::Future, marker::PhantomData, pin::Pin};

use async_trait::async_trait;

use crate::{Mutation, Storage, StorageError, UnitOfWork};

type Work<'u, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'u>>;

struct Do<F, T> {
    work: F,
    kept: PhantomData<fn() -> T>,
}

#[async_trait]
impl<F, T> Mutation for Do<F, T>
where
    F: for<'u> Fn(&'u mut dyn UnitOfWork) -> Work<'u, T> + Send + Sync + 'static,
    T: Send + 'static,
{
    type Kept = T;
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<T, StorageError> {
        (self.work)(unit).await
    }
}

/// Runs `work` as a mutation.
///
/// # Errors
/// What `work` answers, or the storage's error.
pub async fn run<F, T>(store: &dyn Storage, work: F) -> Result<T, StorageError>
where
    F: for<'u> Fn(&'u mut dyn UnitOfWork) -> Work<'u, T> + Send + Sync + 'static,
    T: Send + 'static,
{
    store.write(Do { work, kept: PhantomData }).await
}
