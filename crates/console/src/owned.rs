//! Whether a thing that an address names belongs to the user that it names.

use dqops_users_domain::{ApiKeyId, Email, SessionId};
use dqops_users_service::{Caller, Directory, ServiceError};

/// Refuses a key of somebody else, as if there were none.
pub(crate) async fn must_own_key(
    directory: &Directory,
    caller: &Caller,
    owner: &Email,
    id: ApiKeyId,
) -> Result<(), ServiceError> {
    let keys = directory.api_keys(caller, Some(owner)).await?;
    let is_theirs = keys.iter().any(|owned| owned.key.id == id);
    if is_theirs { Ok(()) } else { Err(ServiceError::ApiKeyNotFound) }
}

/// Refuses a session of somebody else, as if there were none.
pub(crate) async fn must_own_session(
    directory: &Directory,
    caller: &Caller,
    user: &Email,
    id: SessionId,
) -> Result<(), ServiceError> {
    let sessions = directory.sessions(caller, Some(user)).await?;
    let is_theirs = sessions.iter().any(|owned| owned.session.id == id);
    if is_theirs { Ok(()) } else { Err(ServiceError::SessionNotFound) }
}
