//! `DELETE /api/session`: signing out.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{extract::Authenticated, openapi::CommonFailures, state::SharedState};

/// Ends the session whose token is sent.
#[utoipa::path(
    delete, path = "/api/session", tag = "sessions", operation_id = "signOut",
    responses(
        (status = 204, description = "the session was ended"),
        (status = 404, description = "the credential is not that of a session", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn sign_out(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode, Failure> {
    state.directory.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
