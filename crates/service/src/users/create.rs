//! Adding a user.

use async_trait::async_trait;
use dqops_users_domain::{
    Email, Role, Roles, UserId,
    audit::{Action, AuditEntry},
    licence::{CreatePermit, CreateUser},
};
use dqops_users_storage::{NewUser, StorageError};
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
        // The statement that inserts tells whether the email is taken. Where it is not come to that, a
        // user who exists is still the first thing to be said.
        match self.insert(work).await {
            Err(ServiceError::Storage(error)) if matches!(*error, StorageError::Conflict(_)) => {
                Err(ServiceError::UserExists(self.email.clone()))
            }
            Err(refusal) if !matches!(refusal, ServiceError::Storage(_)) => {
                let found = work.unit.find_user(&self.email).await?;
                Err(found.map_or(refusal, |user| ServiceError::UserExists(user.email)))
            }
            outcome => outcome,
        }
    }
}

impl Create {
    async fn insert(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
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
        let (user, entry) = self.new_user(email, roles);
        let id = user.id;
        self.unit.insert_user(user, permit).await?;
        self.audit_all(vec![entry]).await?;
        Ok(id)
    }

    /// A user to be added and its audit entry.
    pub(super) fn new_user(&self, email: Email, roles: Roles) -> (NewUser, AuditEntry) {
        let after = Value::from(&roles);
        let entry = self.audit_entry(Action::UserCreated, email.to_string(), None, Some(after));
        let id = UserId(self.ambient.new_id());
        (NewUser { id, email, roles, created_at: self.now }, entry)
    }
}
