//! `DELETE /api/keys/{id}`: revoking an API key.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, KeyPath},
    openapi::{CommonFailures, IdParameter},
    state::SharedState,
};

/// Revokes an API key: one's own, or for admins anyone's. It is refused from the next request on.
#[utoipa::path(
    delete, path = "/api/keys/{id}", tag = "keys", operation_id = "revokeApiKey",
    params(IdParameter),
    responses(
        (status = 204, description = "the key was revoked"),
        (status = 404, description = "there is no such key, or the caller may not see it", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn revoke_key(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    KeyPath(id): KeyPath,
) -> Result<StatusCode, Failure> {
    state.directory.revoke_api_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
