//! A mutation: what the service wants changed, run by the writer.

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::{StorageError, UnitOfWork};

/// A change of the directory that is made whole or not at all.
///
/// It runs under the directory lock, so what it reads stays true until it is committed. It must be
/// quick: no hashing, no signing, no network, no waiting. It may be run again from the start when the
/// connection is lost before the commit, so it must not change anything outside the unit of work.
#[async_trait]
pub trait Mutation: Send + Sync + 'static {
    /// What a kept mutation answers.
    type Kept: Send + 'static;
    /// What a refused mutation answers; everything that it did is undone.
    type Refused: From<StorageError> + Send + 'static;

    /// Makes the change: `Ok` keeps it, `Err` undoes it.
    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<Self::Kept, Self::Refused>;
}

/// A mutation with its result type erased, as the writer handles it.
#[async_trait]
pub trait Job: Send {
    /// Runs the mutation and remembers its answer. Answers whether to keep what it did.
    async fn run(&mut self, unit: &mut dyn UnitOfWork) -> bool;

    /// Gives the remembered answer, or the error that kept it from becoming durable.
    fn finish(self: Box<Self>, committed: Result<(), StorageError>);

    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
}

struct TypedJob<M: Mutation> {
    mutation: M,
    outcome: Option<Result<M::Kept, M::Refused>>,
    reply: oneshot::Sender<Result<M::Kept, M::Refused>>,
}

type Answer<M> = oneshot::Receiver<Result<<M as Mutation>::Kept, <M as Mutation>::Refused>>;

/// Wraps a mutation for the writer.
pub(crate) fn job<M: Mutation>(mutation: M) -> (Box<dyn Job>, Answer<M>) {
    let (reply, answer) = oneshot::channel();
    (Box::new(TypedJob { mutation, outcome: None, reply }), answer)
}

#[async_trait]
impl<M: Mutation> Job for TypedJob<M> {
    async fn run(&mut self, unit: &mut dyn UnitOfWork) -> bool {
        let outcome = self.mutation.apply(unit).await;
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn finish(self: Box<Self>, committed: Result<(), StorageError>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            // A refusal, too, may rest on what another mutation of the failed commit did.
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => {
                Err(StorageError::backend("a mutation ended without an answer").into())
            }
        };
        // The caller may be gone; the change stands all the same.
        let _ = self.reply.send(answer);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}
