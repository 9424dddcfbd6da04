//! The caller: on whose behalf an operation runs.

use std::sync::Arc;

use dqops_users_domain::{Email, Epoch, Permission, Role, SessionId, User, audit::Actor};
use dqops_users_storage::{Reader, UnitOfWork};
use jiff::{SignedDuration, Timestamp};

use super::holder::{Credential, Holder};
use crate::ServiceError;

/// On whose behalf an operation runs. Only [`Directory`](crate::Directory) makes one.
#[derive(Clone, Debug)]
pub struct Caller(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A user who showed a credential.
    Holder(Arc<Holder>),
    /// A request without credential in the mode without authentication: the oldest admin.
    Owner(Arc<User>),
    /// The same, while there is no admin (DQOps: "a nameless admin").
    NamelessAdmin,
    /// Whoever may run the command line where the directory is.
    LocalOperator,
    /// The holder of a set-up code, for the one change that it is for.
    SetUp,
    /// Whoever tries to sign in, until it is known who it is.
    Nobody,
    /// The holder of a password link, for the one change that it is for.
    LinkHolder(Email),
    /// The directory itself, at its start.
    Directory,
}

impl Caller {
    /// The holder of a set-up code.
    pub(crate) const fn set_up() -> Self {
        Self(Kind::SetUp)
    }

    /// The holder of a password link of that user.
    pub(crate) const fn link_holder(user: Email) -> Self {
        Self(Kind::LinkHolder(user))
    }

    /// Whoever tries to sign in.
    pub(crate) const fn nobody() -> Self {
        Self(Kind::Nobody)
    }

    /// The user who showed a credential.
    pub(crate) fn holder(holder: Holder) -> Self {
        Self(Kind::Holder(Arc::new(holder)))
    }

    /// The directory itself, for what it does at its start.
    pub(crate) const fn directory() -> Self {
        Self(Kind::Directory)
    }

    /// The user behind the caller, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.0 {
            Kind::Holder(holder) => Some(&holder.user),
            Kind::Owner(user) => Some(user),
            Kind::NamelessAdmin
            | Kind::LocalOperator
            | Kind::SetUp
            | Kind::Nobody
            | Kind::LinkHolder(_)
            | Kind::Directory => None,
        }
    }

    /// The account role by which the caller acts.
    #[must_use]
    pub fn role(&self) -> Role {
        match &self.0 {
            Kind::Holder(holder) => holder.user.roles.account,
            Kind::Owner(user) => user.roles.account,
            Kind::NamelessAdmin | Kind::LocalOperator | Kind::SetUp | Kind::Directory => {
                Role::Admin
            }
            Kind::Nobody | Kind::LinkHolder(_) => Role::None,
        }
    }

    /// Whether the caller showed a credential, rather than being taken for the owner.
    #[must_use]
    pub const fn has_credential(&self) -> bool {
        matches!(self.0, Kind::Holder(_))
    }

    /// The epoch before which it was read what the caller may do, for those who show a credential.
    pub(crate) fn known_at(&self) -> Option<Epoch> {
        match &self.0 {
            Kind::Holder(holder) => Some(holder.known_at),
            _ => None,
        }
    }

    /// The session by which the caller acts, if it is one.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match &self.0 {
            Kind::Holder(holder) => holder.session(),
            _ => None,
        }
    }

    /// Whether this is the command line.
    #[must_use]
    pub const fn is_local_operator(&self) -> bool {
        matches!(self.0, Kind::LocalOperator)
    }

    /// Whether this is the holder of a password link.
    #[must_use]
    pub(crate) const fn is_link_holder(&self) -> bool {
        matches!(self.0, Kind::LinkHolder(_))
    }

    /// The name in the audit trail.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.0 {
            Kind::Holder(holder) => Actor::User(holder.user.email.clone()),
            Kind::Owner(user) => Actor::User(user.email.clone()),
            Kind::NamelessAdmin => Actor::NamelessAdmin,
            Kind::LocalOperator => Actor::LocalOperator,
            Kind::SetUp => Actor::SetUp,
            Kind::Nobody => Actor::Nobody,
            Kind::LinkHolder(user) => Actor::User(user.clone()),
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

    /// Refuses a caller who is neither an admin nor the user whose things these are; `None` for
    /// those of everybody.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`].
    pub(crate) fn must_own(&self, owner: Option<&Email>) -> Result<(), ServiceError> {
        let is_own = self.user().is_some_and(|user| Some(&user.email) == owner);
        self.must(if is_own { Permission::View } else { Permission::ManageAccount })
    }

    /// The same caller with the role of this very moment, under the directory lock; read again unless
    /// nothing changed since it was read. Refused when the credential or the user is gone.
    pub(crate) async fn under_lock(
        &self,
        unit: &mut dyn UnitOfWork,
        now: Timestamp,
        idle: SignedDuration,
    ) -> Result<Self, ServiceError> {
        match &self.0 {
            Kind::Holder(holder)
                if unit.has_rights_of(holder.known_at) && holder.is_valid_at(now, idle) =>
            {
                Ok(self.clone())
            }
            _ => self.as_of_now(unit, now, idle).await,
        }
    }

    /// The same caller with the role of this very moment; refused when the credential or the user is
    /// gone.
    pub(crate) async fn as_of_now<R>(
        &self,
        unit: &mut R,
        now: Timestamp,
        idle: SignedDuration,
    ) -> Result<Self, ServiceError>
    where
        R: Reader + ?Sized,
    {
        match &self.0 {
            Kind::Holder(holder) => {
                let epoch = unit.directory().await?.epoch;
                let found = match &holder.credential {
                    Credential::Key(key) => unit
                        .find_api_key(key.id)
                        .await?
                        .map(|(key, owner)| (Credential::Key(key), owner)),
                    Credential::Session(session) => unit
                        .find_session(session.id)
                        .await?
                        .map(|(session, user)| (Credential::Session(session), user)),
                };
                let (credential, email) = found.ok_or(ServiceError::InvalidCredential)?;
                let user = unit.find_user(&email).await?.ok_or(ServiceError::InvalidCredential)?;
                let holder = Holder::new(credential, user, epoch);
                if !holder.is_valid_at(now, idle) {
                    return Err(ServiceError::InvalidCredential);
                }
                Ok(Self::holder(holder))
            }
            Kind::Owner(_) | Kind::NamelessAdmin => Self::owner(unit).await,
            Kind::LocalOperator
            | Kind::SetUp
            | Kind::Nobody
            | Kind::LinkHolder(_)
            | Kind::Directory => Ok(self.clone()),
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
