//! How a directory gets its first admin, and gets one back when all are lost.

mod owner;
mod recover;
mod set_up;
mod start;

use dqops_users_domain::{
    Email, PasswordHash, Role, Roles, User,
    licence::{ChangeRoles, RecoverAdmin},
};

use crate::{ServiceError, work::Work};

pub use recover::RecoveredAdmin;
pub use set_up::FirstAdmin;

impl Work<'_> {
    /// Makes `email` an admin, adding the user if need be, and sets the password if one is given.
    /// Answers the user as it was before.
    async fn make_admin(
        &mut self,
        email: &Email,
        password: Option<&PasswordHash>,
    ) -> Result<Option<User>, ServiceError> {
        let before = self.unit.find_user(email).await?;
        let id = match &before {
            None => {
                let permit = self.permit_create().await?;
                self.insert_user(email.clone(), Roles::new(Role::Admin), permit).await?
            }
            Some(user) => {
                if user.roles.account != Role::Admin {
                    let roles = Roles { account: Role::Admin, ..user.roles.clone() };
                    let change = user.roles.change_to(&roles);
                    let users = self.unit.count_users().await?;
                    let admins = self.unit.count_admins().await?;
                    let recovery = RecoverAdmin { admins, roles: ChangeRoles { change, users } };
                    let permit = self.licence.permit(recovery, self.licence_time)?;
                    self.set_roles(user, &roles, permit).await?;
                }
                user.id
            }
        };
        if let Some(hash) = password {
            self.set_password(id, email, hash).await?;
        }
        Ok(before)
    }
}
