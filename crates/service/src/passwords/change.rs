//! Changing the password of a user: by an admin, or by the user itself.

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash, UserId, audit::Action};
use serde_json::json;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Changes the password of the user `email`.
    ///
    /// # Errors
    /// [`ServiceError::MissingField`] when there is no password, [`ServiceError::PasswordRejected`],
    /// [`ServiceError::UserNotFound`], [`ServiceError::Overloaded`], and
    /// [`ServiceError::PermissionDenied`] to those who are neither an admin nor that user.
    pub async fn change_user_password(
        &self,
        caller: &Caller,
        email: &Email,
        password: Option<Password>,
    ) -> Result<(), ServiceError> {
        caller.must_own(Some(email))?;
        let found = self.storage.read().await?.find_user(email).await?;
        let user = found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?;
        let password = password.ok_or(ServiceError::MissingField("password"))?;
        let hash = self.shared.passwords.prepare(password, email).await?;
        self.make(caller, SetPassword { user: user.id, email: email.clone(), hash }).await
    }
}

struct SetPassword {
    user: UserId,
    email: Email,
    hash: PasswordHash,
}

#[async_trait]
impl Change for SetPassword {
    type Done = ();

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        caller.must_own(Some(&self.email))
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        // Not another user who was added under the same email in the meantime.
        let user = work.user(&self.email).await?;
        if user.id != self.user {
            return Err(ServiceError::UserNotFound(self.email.clone()));
        }
        work.set_password(user.id, &self.email, &self.hash).await
    }
}

impl Work<'_> {
    /// Sets the password of a user, ends all sessions of the user but the caller's own, uses up the
    /// user's password links, and adds the audit entries.
    pub(crate) async fn set_password(
        &mut self,
        user: UserId,
        email: &Email,
        hash: &PasswordHash,
    ) -> Result<(), ServiceError> {
        self.unit.set_password_hash(user, hash, self.now).await?;
        self.unit.delete_password_links(user).await?;
        let by_link = self.caller.is_link_holder().then(|| json!({"by": "password link"}));
        self.audit(Action::PasswordChanged, email, None, by_link).await?;
        self.end_sessions(user, email, self.caller.session()).await?;
        Ok(())
    }
}
