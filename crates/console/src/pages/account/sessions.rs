//! One's own sessions.

use super::{done, own_email};
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
    let email = own_email(&caller)?;
    visit.directory().end_session_of(&caller, &email, id).await?;
    if caller.session() == Some(id) {
        return Ok(see_other("/login?notice=signed-out"));
    }
    Ok(done("session-ended"))
}

/// `POST /account/sessions/end`: signs out everywhere, here included.
pub(crate) async fn end_all(SignedIn { visit, caller }: SignedIn) -> Answer {
    let email = own_email(&caller)?;
    visit.directory().end_sessions(&caller, &email).await?;
    Ok(see_other("/login?notice=signed-out"))
}
