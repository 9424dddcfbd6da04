//! Adding a user.

use async_trait::async_trait;
use dqops_users_domain::{
    Email, Role, Roles, UserId,
    audit::Action,
    licence::{CreatePermit, CreateUser},
};
use dqops_users_storage::NewUser;
use serde_json::Value;

use super::roles::UserInput;
use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Adds a user; both the email and the account role must be given.
    ///
    /// # Errors
    /// [`ServiceError::MissingField`], [`ServiceError::UserExists`], the licence's refusals, and
    /// [`ServiceError::InvalidField`] for a role in a data domain that does not exist.
    pub async fn create_user(
        &self,
        caller: &Caller,
        input: UserInput,
    ) -> Result<Email, ServiceError> {
        let email = input.email.clone().ok_or(ServiceError::MissingField("email"))?;
        if input.account_role.is_none() {
            return Err(ServiceError::MissingField("accountRole"));
        }
        self.make(caller, Create { email: email.clone(), input }).await?;
        Ok(email)
    }
}

struct Create {
    email: Email,
    input: UserInput,
}

#[async_trait]
impl Change for Create {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        if work.unit.find_user(&self.email).await?.is_some() {
            return Err(ServiceError::UserExists(self.email.clone()));
        }
        let roles = self.input.roles_after(&Roles::new(Role::None), work).await?;
        let permit = work.permit_create().await?;
        work.insert_user(self.email.clone(), roles, permit).await?;
        Ok(())
    }
}

impl Work<'_> {
    /// The permit for one more user.
    pub(crate) async fn permit_create(&mut self) -> Result<CreatePermit, ServiceError> {
        let users = self.unit.count_users().await?;
        Ok(self.licence.permit(CreateUser { users }, self.licence_time)?)
    }

    /// Adds a user and its audit entry.
    pub(crate) async fn insert_user(
        &mut self,
        email: Email,
        roles: Roles,
        permit: CreatePermit,
    ) -> Result<UserId, ServiceError> {
        let id = UserId(self.ambient.new_id());
        let user = NewUser { id, email, roles, created_at: self.now };
        self.unit.insert_user(&user, permit).await?;
        let after = Value::from(&user.roles);
        self.audit(Action::UserCreated, user.email, None, Some(after)).await?;
        Ok(id)
    }
}
