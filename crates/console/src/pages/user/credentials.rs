//! The keys and the sessions of a user, ended by an admin.

use dqops_users_domain::Permission;

use super::done;
use crate::{
    path::{KeyPath, SessionPath, UserPath},
    respond::Answer,
    visit::SignedIn,
};

/// `POST /users/{email}/keys/{id}/revoke`.
pub(crate) async fn revoke_key(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    KeyPath(id): KeyPath,
) -> Answer {
    caller.must(Permission::ManageAccount)?;
    visit.directory().revoke_api_key_of(&caller, &email, id).await?;
    Ok(done(&email, "key-revoked"))
}

/// `POST /users/{email}/sessions/{id}/end`.
pub(crate) async fn end_session(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    SessionPath(id): SessionPath,
) -> Answer {
    caller.must(Permission::ManageAccount)?;
    visit.directory().end_session_of(&caller, &email, id).await?;
    Ok(done(&email, "session-ended"))
}

/// `POST /users/{email}/sessions/end`.
pub(crate) async fn end_sessions(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
) -> Answer {
    caller.must(Permission::ManageAccount)?;
    visit.directory().end_sessions(&caller, &email).await?;
    Ok(done(&email, "sessions-ended"))
}
