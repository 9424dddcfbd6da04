//! `PUT /api/mypassword`: changing one's own password.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, PasswordBody},
    openapi::{BodyFailures, CommonFailures, NewPassword},
    state::SharedState,
};

/// Changes the password of the calling user. When the user is identified by an API key, it is the
/// owner of that key.
#[utoipa::path(
    put, path = "/api/mypassword", tag = "users", operation_id = "changeCallerPassword",
    request_body(
        content((NewPassword = "application/json"), (NewPassword = "text/plain")),
        description = "the new password"
    ),
    responses(
        (status = 204, description = "the password is changed"),
        (status = 400, description = "the password breaks the policy; the detail says how", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the password is missing or empty", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is no owner yet, in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
        BodyFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn change_caller_password(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    PasswordBody(password): PasswordBody,
) -> Result<StatusCode, Failure> {
    state.directory.change_caller_password(&caller, password).await?;
    Ok(StatusCode::NO_CONTENT)
}
