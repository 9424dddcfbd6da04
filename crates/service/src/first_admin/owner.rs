//! The first admin, named when the server is started.

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash};

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Makes `email` the first admin, if the directory has none. Answers whether it did.
    ///
    /// # Errors
    /// [`ServiceError::PasswordRejected`], [`ServiceError::Overloaded`].
    pub async fn name_owner(
        &self,
        email: &Email,
        password: Option<Password>,
    ) -> Result<bool, ServiceError> {
        if self.storage.read().await?.count_admins().await? > 0 {
            return Ok(false);
        }
        let hash = match password {
            Some(password) => Some(self.shared.passwords.prepare(password, email).await?),
            None => None,
        };
        self.make(&Caller::directory(), NameOwner { email: email.clone(), hash }).await
    }
}

struct NameOwner {
    email: Email,
    hash: Option<PasswordHash>,
}

#[async_trait]
impl Change for NameOwner {
    type Done = bool;

    async fn make(&self, work: &mut Work<'_>) -> Result<bool, ServiceError> {
        if work.unit.count_admins().await? > 0 {
            return Ok(false);
        }
        work.make_admin(&self.email, self.hash.as_ref()).await?;
        work.unit.clear_setup_codes().await?;
        Ok(true)
    }
}
