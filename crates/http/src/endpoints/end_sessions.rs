//! `DELETE /api/sessions`: signing out everywhere.

use axum::{extract::State, http::StatusCode};
use dqops_users_service::FieldError;
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, Whose},
    openapi::{CommonFailures, WhoseParameter},
    state::SharedState,
};

/// Ends all sessions of the caller; for admins also those of another user.
#[utoipa::path(
    delete, path = "/api/sessions", tag = "sessions", operation_id = "endSessions",
    params(WhoseParameter),
    responses(
        (status = 204, description = "there are no sessions of that user any more"),
        (status = 400, description = "a parameter is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is no owner yet, in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn end_sessions(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    whose: Whose,
) -> Result<StatusCode, Failure> {
    let Some(user) = whose.user(&caller)? else {
        let error = FieldError::new("user", "must be one user's email");
        return Err(Problem::invalid(error).into());
    };
    state.directory.end_sessions(&caller, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
