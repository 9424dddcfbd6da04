//! `DELETE /api/sessions/{id}`: ending one session.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, SessionPath},
    openapi::{CommonFailures, IdParameter},
    state::SharedState,
};

/// Ends a session: one's own, or for admins anyone's.
#[utoipa::path(
    delete, path = "/api/sessions/{id}", tag = "sessions", operation_id = "endSession",
    params(IdParameter),
    responses(
        (status = 204, description = "the session was ended"),
        (status = 404, description = "there is no such session, or the caller may not see it", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn end_session(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    SessionPath(id): SessionPath,
) -> Result<StatusCode, Failure> {
    state.directory.end_session(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
