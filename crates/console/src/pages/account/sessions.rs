//! One's own sessions.

use dqops_users_service::ServiceError;

use super::done;
use crate::{
    path::SessionPath,
    respond::{Answer, see_other},
    visit::SignedIn,
};

/// `POST /account/sessions/{id}/end`.
pub(crate) async fn end(
    SignedIn { visit, caller }: SignedIn,
    SessionPath(id): SessionPath,
) -> Answer {
    visit.directory().end_session(&caller, id).await?;
    if caller.session() == Some(id) {
        return Ok(see_other("/login?notice=signed-out"));
    }
    Ok(done("session-ended"))
}

/// `POST /account/sessions/end`: signs out everywhere, here included.
pub(crate) async fn end_all(SignedIn { visit, caller }: SignedIn) -> Answer {
    let email = caller.user().ok_or(ServiceError::NoOwner)?.email.clone();
    visit.directory().end_sessions(&caller, &email).await?;
    Ok(see_other("/login?notice=signed-out"))
}
