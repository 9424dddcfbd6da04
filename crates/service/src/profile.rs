//! What the caller is and may do.

use dqops_users_domain::{Email, Permission, Role, licence::Licence};

use crate::{Caller, Directory, ServiceError};

/// What the caller is, under which licence.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The user behind the caller, if there is one.
    pub email: Option<Email>,
    /// The account role.
    pub account_role: Role,
    /// Whether the caller showed a credential.
    pub has_credential: bool,
    /// The licence in force.
    pub licence: Licence,
}

impl Directory {
    /// What the caller is and may do.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn profile(&self, caller: &Caller) -> Result<Profile, ServiceError> {
        caller.must(Permission::View)?;
        let facts = self.facts_at(self.storage.epoch().await?).await?;
        Ok(Profile {
            email: caller.user().map(|user| user.email.clone()),
            account_role: caller.role(),
            has_credential: caller.has_credential(),
            licence: facts.licence.clone(),
        })
    }
}
