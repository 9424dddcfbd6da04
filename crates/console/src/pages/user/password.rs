//! Setting the password of a user, by an admin.

use dqops_users_domain::Permission;

use super::{done, refuse};
use crate::{fields::SecretForm, path::UserPath, respond::Answer, visit::SignedIn};

/// `POST /users/{email}/password`.
pub(crate) async fn set(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    SecretForm(mut fields): SecretForm,
) -> Answer {
    // For oneself there is another form, which asks for the current password.
    caller.must(Permission::ManageAccount)?;
    let set = match fields.password("password") {
        Ok(password) => visit.directory().change_user_password(&caller, &email, password).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(()) => Ok(done(&email, "password")),
        Err(error) => refuse(&visit, &caller, &email, error).await,
    }
}
