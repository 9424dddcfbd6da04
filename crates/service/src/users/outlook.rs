//! What could be done now, and why not: asked before it is done, so that pages show no false doors.
//! It is decided by the same rules as the change itself, which asks them again under the lock.

use std::sync::Arc;

use dqops_users_domain::{
    AccessChange, Email, PasswordLink, Permission, Role, Roles, User,
    licence::{ChangeRoles, CreateUser, DeleteUser, LicenceRefusal},
};
use dqops_users_storage::Reader;
use jiff::Timestamp;

use super::view::UserView;
use crate::{Caller, Directory, ServiceError, facts::DirectoryFacts};

/// How the seats of the licence are taken, and whether one more user may be added.
#[derive(Clone, Debug)]
pub struct SeatOutlook {
    /// Users that there are.
    pub users: u64,
    /// Users that the licence allows.
    pub seats: u64,
    /// Why no user can be added; `None` when one can.
    pub refusal: Option<LicenceRefusal>,
    /// Whether the licence has data domains, in which a new user can have roles.
    pub has_data_domains: bool,
}

/// What an admin sees of a user beside its roles, and what could be done to it.
#[derive(Clone, Debug)]
pub struct UserOutlook {
    /// The user.
    pub view: Arc<UserView>,
    /// When the user was added.
    pub added_at: Timestamp,
    /// Whether it is the caller.
    pub is_caller: bool,
    /// Whether the directory has no other admin.
    pub is_last_admin: bool,
    /// Each account role, the strongest first, and why it cannot be given.
    pub roles: Vec<(Role, Option<ServiceError>)>,
    /// Why stronger roles in data domains cannot be given.
    pub domain_roles_refusal: Option<ServiceError>,
    /// Why the user cannot be deleted.
    pub deletion_refusal: Option<ServiceError>,
    /// Whether the user has a password.
    pub has_password: bool,
    /// The user's password link, open or expired.
    pub link: Option<PasswordLink>,
    /// The time by which links are open or expired.
    pub now: Timestamp,
}

impl Directory {
    /// How the seats are taken, and whether one more user may be added.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn seat_outlook(&self, caller: &Caller) -> Result<SeatOutlook, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let facts = self.read_facts(&mut *reader).await?;
        let users = reader.count_users().await?;
        let now = facts.licence_time(self.shared.ambient.now());
        let permit = facts.licence.permit(CreateUser { users }, now);
        Ok(SeatOutlook {
            users,
            seats: facts.licence.seats(),
            refusal: permit.err(),
            has_data_domains: facts.licence.has_data_domains(),
        })
    }

    /// What an admin sees of the user `email`, and what could be done to it.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn user_outlook(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<UserOutlook, ServiceError> {
        let (mut reader, _) =
            self.read_for(caller, |caller| caller.must(Permission::ManageAccount)).await?;
        let found = reader.find_user(email).await?;
        let user = found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?;
        let facts = self.read_facts(&mut *reader).await?;
        let now = self.shared.ambient.now();
        let rules = Rules::read(&mut *reader, &facts, &user, now).await?;
        Ok(UserOutlook {
            added_at: user.created_at,
            is_caller: caller.user().is_some_and(|own| own.id == user.id),
            is_last_admin: rules.is_last_admin,
            roles: Role::ALL.map(|role| (role, rules.of_role(role).err())).to_vec(),
            domain_roles_refusal: rules.of_domain_roles().err(),
            deletion_refusal: rules.of_deletion().err(),
            has_password: reader.password_hash(user.id).await?.is_some(),
            link: reader.password_link(user.id).await?,
            view: Arc::new(UserView::new(user.clone(), &facts)),
            now,
        })
    }
}

/// The rules, with the facts by which they decide on one user.
struct Rules<'f> {
    facts: &'f DirectoryFacts,
    user: &'f User,
    users: u64,
    is_last_admin: bool,
    now: Timestamp,
}

impl<'f> Rules<'f> {
    async fn read(
        reader: &mut dyn Reader,
        facts: &'f DirectoryFacts,
        user: &'f User,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        let is_admin = user.roles.account == Role::Admin;
        let is_last_admin = is_admin && reader.count_admins().await? <= 1;
        let users = reader.count_users().await?;
        Ok(Self { facts, user, users, is_last_admin, now: facts.licence_time(now) })
    }

    fn of_change(&self, change: AccessChange) -> Result<(), ServiceError> {
        let change = ChangeRoles { change, users: self.users };
        self.facts.licence.permit(change, self.now)?;
        Ok(())
    }

    fn of_role(&self, role: Role) -> Result<(), ServiceError> {
        let next = Roles { account: role, ..self.user.roles.clone() };
        self.of_change(self.user.roles.change_to(&next))?;
        if role == Role::Admin { Ok(()) } else { self.must_not_be_last_admin() }
    }

    fn of_domain_roles(&self) -> Result<(), ServiceError> {
        if !self.facts.licence.has_data_domains() {
            return Err(self.facts.licence.lacks_data_domains().into());
        }
        self.of_change(AccessChange::Widens { in_data_domains: true })
    }

    fn of_deletion(&self) -> Result<(), ServiceError> {
        self.facts.licence.permit(DeleteUser { users: self.users }, self.now)?;
        self.must_not_be_last_admin()
    }

    fn must_not_be_last_admin(&self) -> Result<(), ServiceError> {
        if self.is_last_admin {
            return Err(ServiceError::LastAdmin(self.user.email.clone()));
        }
        Ok(())
    }
}
