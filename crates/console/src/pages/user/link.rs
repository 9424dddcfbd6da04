//! The password link of a user.

use axum::http::StatusCode;
use dqops_users_service::ServiceError;

use super::{done, refuse};
use crate::{fields::Form, pages::secret, path::UserPath, respond::Answer, visit::SignedIn};

/// `POST /users/{email}/link`: makes a link, mails it if that is wanted, and shows it once.
pub(crate) async fn make(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    Form(fields): Form,
) -> Answer {
    let mails = fields.is_ticked("mail");
    secret::new_link(&visit, &caller, &email, StatusCode::OK, mails).await
}

/// `POST /users/{email}/link/revoke`.
pub(crate) async fn revoke(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
) -> Answer {
    match visit.directory().revoke_password_link(&caller, &email).await {
        // One that is gone already is what was wanted.
        Ok(()) | Err(ServiceError::PasswordLinkNotFound) => Ok(done(&email, "link-revoked")),
        Err(error) => refuse(&visit, &caller, &email, error).await,
    }
}
