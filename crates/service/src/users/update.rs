//! Changing the roles of a user. The email is not among what can change.

use async_trait::async_trait;
use dqops_users_domain::{
    AccessChange, Email, Role, Roles, User,
    audit::{Action, AuditEntry},
    licence::{ChangeRoles, RolesPermit},
};
use serde_json::Value;

use super::{roles::UserInput, view::UserVersion};
use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// What the caller believes the user's version to be (RFC 9110 §13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any version will do.
    Any,
    /// One of these.
    OneOf(Vec<UserVersion>),
}

impl IfMatch {
    pub(super) fn check(
        condition: Option<&Self>,
        user: &User,
        work: &Work<'_>,
    ) -> Result<(), ServiceError> {
        let Some(Self::OneOf(versions)) = condition else { return Ok(()) };
        let shows_data_domains = work.licence.has_data_domains();
        let data_domains = shows_data_domains.then_some(work.record.data_domains_version);
        if versions.contains(&UserVersion { user: user.version, data_domains }) {
            Ok(())
        } else {
            Err(ServiceError::PreconditionFailed)
        }
    }
}

impl Directory {
    /// Changes the roles of the user `email`. The input's email must be given and be the same.
    ///
    /// # Errors
    /// [`ServiceError::MissingField`], [`ServiceError::EmailImmutable`],
    /// [`ServiceError::UserNotFound`], [`ServiceError::PreconditionFailed`],
    /// [`ServiceError::LastAdmin`], the licence's refusals, and [`ServiceError::InvalidField`] for a
    /// role in a data domain that does not exist.
    pub async fn update_user(
        &self,
        caller: &Caller,
        email: &Email,
        input: UserInput,
        condition: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        let sent = input.email.as_ref().ok_or(ServiceError::MissingField("email"))?;
        if sent != email {
            return Err(ServiceError::EmailImmutable(email.clone()));
        }
        self.make(caller, Update { email: email.clone(), input, condition }).await
    }
}

struct Update {
    email: Email,
    input: UserInput,
    condition: Option<IfMatch>,
}

#[async_trait]
impl Change for Update {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let user = work.user(&self.email).await?;
        IfMatch::check(self.condition.as_ref(), &user, work)?;
        let roles = self.input.roles_after(&user.roles, work).await?;
        let change = user.roles.change_to(&roles);
        if change == AccessChange::Unchanged {
            return Ok(());
        }
        let users = work.unit.count_users().await?;
        let permit = work.licence.permit(ChangeRoles { change, users }, work.licence_time)?;
        if roles.account != Role::Admin {
            work.must_not_be_last_admin(&user).await?;
        }
        work.set_roles(&user, &roles, permit).await
    }
}

impl Work<'_> {
    /// The user with that email.
    pub(crate) async fn user(&mut self, email: &Email) -> Result<User, ServiceError> {
        let found = self.unit.find_user(email).await?;
        found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))
    }

    /// Refuses to take the directory's last admin away.
    pub(crate) async fn must_not_be_last_admin(&mut self, user: &User) -> Result<(), ServiceError> {
        if user.roles.account == Role::Admin && self.unit.count_admins().await? <= 1 {
            return Err(ServiceError::LastAdmin(user.email.clone()));
        }
        Ok(())
    }

    /// Replaces the roles of a user and adds the audit entry.
    pub(crate) async fn set_roles(
        &mut self,
        user: &User,
        roles: &Roles,
        permit: RolesPermit,
    ) -> Result<(), ServiceError> {
        self.unit.set_roles(user.id, roles, permit).await?;
        let entry = self.roles_entry(user, roles);
        self.audit_all(vec![entry]).await
    }

    /// The audit entry of new roles.
    pub(super) fn roles_entry(&self, user: &User, roles: &Roles) -> AuditEntry {
        let (before, after) = (Value::from(&user.roles), Value::from(roles));
        self.audit_entry(Action::UserUpdated, user.email.to_string(), Some(before), Some(after))
    }
}
