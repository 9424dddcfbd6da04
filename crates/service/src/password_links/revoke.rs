//! Revoking a password link; it is refused from the next request on.

use async_trait::async_trait;
use dqops_users_domain::{Email, audit::Action};
use serde_json::json;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Revokes the password link of the user `email`, open or expired.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`], [`ServiceError::PasswordLinkNotFound`];
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn revoke_password_link(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<(), ServiceError> {
        self.make(caller, Revoke { email: email.clone() }).await
    }
}

struct Revoke {
    email: Email,
}

#[async_trait]
impl Change for Revoke {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let user = work.user(&self.email).await?;
        let found = work.unit.password_link(user.id).await?;
        let link = found.ok_or(ServiceError::PasswordLinkNotFound)?;
        work.unit.delete_password_links(user.id).await?;
        let before = json!({"expiresAt": link.expires_at});
        work.audit(Action::PasswordLinkRevoked, &self.email, Some(before), None).await
    }
}
