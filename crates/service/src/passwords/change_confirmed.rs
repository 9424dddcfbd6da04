//! Changing one's own password where the old one is asked for first, so that whoever finds an open
//! browser cannot take the account over.

use std::net::IpAddr;

use dqops_users_domain::{Password, Permission};

use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// Whether the caller has a password.
    ///
    /// # Errors
    /// [`ServiceError::NoOwner`] when there is no user behind the caller.
    pub async fn has_own_password(&self, caller: &Caller) -> Result<bool, ServiceError> {
        let user = caller.user().ok_or(ServiceError::NoOwner)?.id;
        Ok(self.storage.read().await?.password_hash(user).await?.is_some())
    }

    /// Changes the password of the caller who knows the current one, if there is one. Guessing it is throttled like
    /// signing in, and failed guesses stay in the audit trail.
    ///
    /// # Errors
    /// [`ServiceError::InvalidField`] naming `current` when that is not the current password,
    /// [`ServiceError::TooManyAttempts`]; else as [`Directory::change_caller_password`].
    pub async fn change_confirmed_password(
        &self,
        caller: &Caller,
        address: IpAddr,
        current: Option<Password>,
        password: Option<Password>,
    ) -> Result<(), ServiceError> {
        caller.must(Permission::View)?;
        let email = caller.user().ok_or(ServiceError::NoOwner)?.email.clone();
        let new = password.ok_or(ServiceError::MissingField("password"))?;
        if !self.has_own_password(caller).await? {
            return self.change_user_password(caller, &email, Some(new)).await;
        }
        let current = current.ok_or(ServiceError::MissingField("current"))?;
        let known = self.verify_throttled(email.as_str(), Some(&current), address).await;
        let known = known.map_err(|error| match error {
            ServiceError::SignInRefused => {
                ServiceError::invalid("current", "is not your current password")
            }
            other => other,
        })?;
        self.give_back(known.throttle).await;
        self.change_user_password(caller, &email, Some(new)).await
    }
}
