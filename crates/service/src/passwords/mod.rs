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
use tokio::sync::SemaphorePermit;

use crate::{Ambient, ServiceError};

pub use hasher::{Hasher, HashingSettings};
pub use policy::{PasswordPolicy, PasswordRejection};
pub(crate) use queue::Overloaded;

/// What all operations on passwords share.
pub(crate) struct Passwords {
    policy: PasswordPolicy,
    hasher: Hasher,
    ambient: Ambient,
    turns: turn::Turns,
}

impl Passwords {
    pub(crate) fn new(policy: PasswordPolicy, hashing: HashingSettings, ambient: Ambient) -> Self {
        Self { policy, hasher: Hasher::start(hashing), ambient, turns: turn::Turns::default() }
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
