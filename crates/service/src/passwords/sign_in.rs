//! Who is it, by email and password.

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash, Permission, User, UserId};
use dqops_users_storage::{Mutation, UnitOfWork};
use jiff::Timestamp;
use uuid::Uuid;

use super::phc::{self, Verdict};
use crate::{Directory, ServiceError};

impl Directory {
    /// The user whose email and password these are. An unknown user, a wrong password, a user without
    /// a password and one without rights are told apart neither by the answer nor by its time.
    /// Nothing bounds how often it is asked: people sign in by [`Directory::sign_in`].
    ///
    /// # Errors
    /// [`ServiceError::SignInRefused`], [`ServiceError::Overloaded`].
    pub async fn verify_password(
        &self,
        email: &str,
        password: Password,
    ) -> Result<User, ServiceError> {
        Ok(self.verify(email, password).await?.0)
    }

    /// The same, with the stored hash of that password.
    pub(crate) async fn verify(
        &self,
        email: &str,
        password: Password,
    ) -> Result<(User, PasswordHash), ServiceError> {
        let (user, stored) = self.find_with_hash(email).await?;
        let passwords = &self.shared.passwords;
        let expected = stored.clone().unwrap_or_else(phc::decoy);
        let verdict = passwords.hasher.verify(password.clone(), expected).await?;
        let (Verdict::Right { is_weak }, Some(user), Some(stored)) = (verdict, user, stored) else {
            if verdict == Verdict::Unverifiable {
                tracing::warn!("a stored password hash is out of bounds; set that password anew");
            }
            return Err(ServiceError::SignInRefused);
        };
        if !user.roles.account.grants(Permission::View) {
            return Err(ServiceError::SignInRefused);
        }
        if !is_weak {
            return Ok((user, stored));
        }
        match self.rehash(&user, password, stored.clone()).await {
            Ok(replaced) => Ok((user, replaced)),
            Err(error) => {
                // The next sign-in tries again; this one was right.
                tracing::debug!(%error, "a weak password hash was not replaced");
                Ok((user, stored))
            }
        }
    }

    async fn rehash(
        &self,
        user: &User,
        password: Password,
        verified: PasswordHash,
    ) -> Result<PasswordHash, ServiceError> {
        let passwords = &self.shared.passwords;
        let hash = passwords.hasher.hash(password, passwords.ambient.random()).await?;
        let at = self.shared.ambient.now();
        let replaced = hash.clone();
        self.storage.write(Rehash { user: user.id, verified, hash, at }).await?;
        Ok(replaced)
    }

    async fn find_with_hash(
        &self,
        email: &str,
    ) -> Result<(Option<User>, Option<PasswordHash>), ServiceError> {
        let Ok(email) = email.parse::<Email>() else { return Ok((None, None)) };
        let mut reader = self.storage.read().await?;
        let user = reader.find_user(&email).await?;
        // Asked for nobody as well, so that it takes as long.
        let id = user.as_ref().map_or(UserId(Uuid::nil()), |user| user.id);
        let stored = reader.password_hash(id).await?;
        Ok((user, stored))
    }
}

/// Stores a stronger hash of the password that was just verified. It is the same password, so nobody
/// changed anything and the audit trail has no entry.
struct Rehash {
    user: UserId,
    verified: PasswordHash,
    hash: PasswordHash,
    at: Timestamp,
}

#[async_trait]
impl Mutation for Rehash {
    type Kept = ();
    type Refused = ServiceError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), ServiceError> {
        // A password that was changed since then wins.
        if unit.password_hash(self.user).await?.as_ref() == Some(&self.verified) {
            unit.set_password_hash(self.user, &self.hash, self.at).await?;
        }
        Ok(())
    }
}
