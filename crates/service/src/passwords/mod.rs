//! Passwords: the policy, the hashing, and who may change whose.

mod change;
mod change_confirmed;
mod change_own;
mod hasher;
mod phc;
mod policy;
mod queue;
mod sign_in;
mod turn;

use dqops_users_domain::{Email, Password, PasswordHash};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Ambient, ServiceError};

pub use hasher::{Hasher, HashingSettings};
pub use policy::{PasswordPolicy, PasswordRejection};
pub(crate) use queue::Overloaded;

/// Attempts to sign in that are under way at once: several times as many as hashes may wait, and a
/// quarter of the requests that a server works on.
const SIGN_INS_AT_ONCE: usize = 256;

/// What all operations on passwords share.
pub(crate) struct Passwords {
    policy: PasswordPolicy,
    hasher: Hasher,
    ambient: Ambient,
    turns: turn::Turns,
    entrance: Semaphore,
}

impl Passwords {
    pub(crate) fn new(policy: PasswordPolicy, hasher: Hasher, ambient: Ambient) -> Self {
        let entrance = Semaphore::new(SIGN_INS_AT_ONCE);
        Self { policy, hasher, ambient, turns: turn::Turns::default(), entrance }
    }

    /// Lets somebody in who wants to sign in, unless too many do: before anything is asked of the
    /// storage, so that a storm of them takes neither its time nor the places of other requests.
    pub(crate) fn enter(&self) -> Result<SemaphorePermit<'_>, Overloaded> {
        self.entrance.try_acquire().map_err(|_| Overloaded)
    }

    pub(crate) const fn min_length(&self) -> usize {
        self.policy.min_length()
    }

    /// A place among those who may hash or wait.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Overloaded> {
        self.hasher.place()
    }

    /// Checks a new password against the policy and hashes it. Never within a mutation.
    pub(crate) async fn prepare(
        &self,
        password: Password,
        email: &Email,
    ) -> Result<PasswordHash, ServiceError> {
        self.policy.check_length(&password)?;
        let _turn = self.turns.take(email).await?;
        let (policy, email, salt) = (self.policy, email.clone(), self.ambient.random());
        let work = move |memory: &mut phc::Memory| {
            // The search for guessable patterns takes milliseconds, so it stands in the same queue.
            policy.check_guessable(&password, &email)?;
            Ok(phc::hash(&password, salt, memory))
        };
        self.hasher.run(work).await?.map_err(ServiceError::PasswordRejected)
    }
}
