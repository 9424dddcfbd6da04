//! Deleting a user, and with it its password, its keys and its roles.

use async_trait::async_trait;
use dqops_users_domain::{Email, audit::Action, licence::DeleteUser};
use serde_json::Value;

use super::update::IfMatch;
use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Deletes the user `email`.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`], [`ServiceError::PreconditionFailed`],
    /// [`ServiceError::LastAdmin`] and the licence's refusals.
    pub async fn delete_user(
        &self,
        caller: &Caller,
        email: &Email,
        condition: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        self.make(caller, Delete { email: email.clone(), condition }).await
    }
}

struct Delete {
    email: Email,
    condition: Option<IfMatch>,
}

#[async_trait]
impl Change for Delete {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let user = work.user(&self.email).await?;
        IfMatch::check(self.condition.as_ref(), &user, work)?;
        let users = work.unit.count_users().await?;
        let permit = work.licence.permit(DeleteUser { users }, work.licence_time)?;
        work.must_not_be_last_admin(&user).await?;
        work.unit.delete_user(user.id, permit).await?;
        let before = Value::from(&user.roles);
        work.audit(Action::UserDeleted, &user.email, Some(before), None).await
    }
}
