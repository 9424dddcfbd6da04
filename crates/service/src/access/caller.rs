//! The caller: on whose behalf an operation runs.

use std::sync::Arc;

use dqops_users_domain::{ApiKey, Permission, Role, User, audit::Actor};
use dqops_users_storage::{Reader, UnitOfWork};
use jiff::Timestamp;

use crate::ServiceError;

/// On whose behalf an operation runs. Only [`Directory`](crate::Directory) makes one.
#[derive(Clone, Debug)]
pub struct Caller(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The owner of an API key.
    Key(Arc<KeyHolder>),
    /// A request without credential in the mode without authentication: the oldest admin.
    Owner(Arc<User>),
    /// The same, while there is no admin (DQOps: "a nameless admin").
    NamelessAdmin,
    /// Whoever may run the command line where the directory is.
    LocalOperator,
    /// The holder of a set-up code, for the one change that it is for.
    SetUp,
    /// The directory itself, at its start.
    Directory,
}

/// A key and its owner, as of one moment.
#[derive(Debug)]
pub(crate) struct KeyHolder {
    pub(crate) key: ApiKey,
    pub(crate) user: User,
}

impl Caller {
    /// The holder of a set-up code.
    pub(crate) const fn set_up() -> Self {
        Self(Kind::SetUp)
    }

    /// The directory itself, for what it does at its start.
    pub(crate) const fn directory() -> Self {
        Self(Kind::Directory)
    }

    /// The user behind the caller, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.0 {
            Kind::Key(holder) => Some(&holder.user),
            Kind::Owner(user) => Some(user),
            Kind::NamelessAdmin | Kind::LocalOperator | Kind::SetUp | Kind::Directory => None,
        }
    }

    /// The account role by which the caller acts.
    #[must_use]
    pub fn role(&self) -> Role {
        self.user().map_or(Role::Admin, |user| user.roles.account)
    }

    /// Whether the caller showed a credential, rather than being taken for the owner.
    #[must_use]
    pub const fn has_credential(&self) -> bool {
        matches!(self.0, Kind::Key(_))
    }

    /// Whether this is the command line.
    #[must_use]
    pub const fn is_local_operator(&self) -> bool {
        matches!(self.0, Kind::LocalOperator)
    }

    /// The name in the audit trail.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.0 {
            Kind::Key(holder) => Actor::User(holder.user.email.clone()),
            Kind::Owner(user) => Actor::User(user.email.clone()),
            Kind::NamelessAdmin => Actor::NamelessAdmin,
            Kind::LocalOperator => Actor::LocalOperator,
            Kind::SetUp => Actor::SetUp,
            Kind::Directory => Actor::Directory,
        }
    }

    /// Refuses a caller whose role does not grant the permission.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`].
    pub fn must(&self, permission: Permission) -> Result<(), ServiceError> {
        if self.role().grants(permission) {
            Ok(())
        } else {
            Err(ServiceError::PermissionDenied(permission))
        }
    }

    /// The same caller with the role of this very moment; refused when the credential or the user is
    /// gone.
    pub(crate) async fn as_of_now(
        &self,
        unit: &mut dyn UnitOfWork,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        match &self.0 {
            Kind::Key(holder) => {
                let found = unit.find_api_key(holder.key.id).await?;
                let Some((key, owner)) = found.filter(|(key, _)| key.is_valid_at(now)) else {
                    return Err(ServiceError::InvalidCredential);
                };
                let user = unit.find_user(&owner).await?.ok_or(ServiceError::InvalidCredential)?;
                Ok(Self(Kind::Key(Arc::new(KeyHolder { key, user }))))
            }
            Kind::Owner(_) | Kind::NamelessAdmin => Self::owner(unit).await,
            Kind::LocalOperator | Kind::SetUp | Kind::Directory => Ok(self.clone()),
        }
    }

    /// The caller of a request without credential in the mode without authentication.
    pub(super) async fn owner<R>(reader: &mut R) -> Result<Self, ServiceError>
    where
        R: Reader + ?Sized,
    {
        let admin = reader.oldest_admin().await?;
        Ok(Self(admin.map_or(Kind::NamelessAdmin, |user| Kind::Owner(Arc::new(user)))))
    }
}
