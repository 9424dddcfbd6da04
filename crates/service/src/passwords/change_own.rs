//! Changing one's own password.

use dqops_users_domain::{Password, Permission};

use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// Changes the password of the caller; of a caller with an API key, the key's owner.
    ///
    /// # Errors
    /// [`ServiceError::NoOwner`] when there is no user behind the caller; else as
    /// [`Directory::change_user_password`].
    pub async fn change_caller_password(
        &self,
        caller: &Caller,
        password: Option<Password>,
    ) -> Result<(), ServiceError> {
        caller.must(Permission::View)?;
        let user = caller.user().ok_or(ServiceError::NoOwner)?;
        self.change_user_password(caller, &user.email, password).await
    }
}
