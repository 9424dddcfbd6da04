//! Signing out.

use axum::http::header;
use dqops_users_service::ServiceError;

use crate::{
    cookie,
    respond::{Answer, see_other},
    visit::Visit,
};

/// `POST /logout`: ends the session and takes its cookie away.
pub(crate) async fn sign_out(visit: Visit) -> Answer {
    if let Some(caller) = &visit.caller {
        match visit.directory().sign_out(caller).await {
            Ok(()) | Err(ServiceError::SessionNotFound | ServiceError::InvalidCredential) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut response = see_other("/login?notice=signed-out");
    let cookie = cookie::forget(visit.client.is_encrypted);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
