//! Getting an admin back when nobody can administer the directory any more.

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash, Role, audit::Action};
use serde_json::Value;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// What a recovery did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveredAdmin {
    /// A user was added as admin.
    Created,
    /// A user who was no admin became one.
    Promoted,
    /// The user was an admin already; the password was set if one was given.
    Reset,
}

impl Directory {
    /// Makes `email` an admin, adding the user if need be, and sets the password if one is given. While
    /// there is no admin, no licence refuses to make one of a user that exists; the password of an admin
    /// can always be set. Only for the local operator.
    ///
    /// # Errors
    /// [`ServiceError::PasswordRejected`], [`ServiceError::Overloaded`], and the licence's refusals.
    pub async fn recover_admin(
        &self,
        caller: &Caller,
        email: &Email,
        password: Option<Password>,
    ) -> Result<RecoveredAdmin, ServiceError> {
        Recover::authorise(caller)?;
        let hash = match password {
            Some(password) => Some(self.shared.passwords.prepare(password, email).await?),
            None => None,
        };
        self.make(caller, Recover { email: email.clone(), hash }).await
    }
}

struct Recover {
    email: Email,
    hash: Option<PasswordHash>,
}

impl Recover {
    fn authorise(caller: &Caller) -> Result<(), ServiceError> {
        caller.is_local_operator().then_some(()).ok_or(ServiceError::AuthenticationRequired)
    }
}

#[async_trait]
impl Change for Recover {
    type Done = RecoveredAdmin;

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        Self::authorise(caller)
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<RecoveredAdmin, ServiceError> {
        let before = work.make_admin(&self.email, self.hash.as_ref()).await?;
        let state = before.as_ref().map(|user| Value::from(&user.roles));
        work.audit(Action::AdminRecovered, &self.email, state, None).await?;
        Ok(match before {
            None => RecoveredAdmin::Created,
            Some(user) if user.roles.account == Role::Admin => RecoveredAdmin::Reset,
            Some(_) => RecoveredAdmin::Promoted,
        })
    }
}
