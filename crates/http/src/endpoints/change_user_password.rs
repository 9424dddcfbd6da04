//! `PUT /api/users/{email}/password`: changing the password of a user.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, EmailPath, PasswordBody},
    openapi::{BodyFailures, CommonFailures, EmailParameter, NewPassword},
    state::SharedState,
};

/// Changes the password of a user identified by the email.
#[utoipa::path(
    put, path = "/api/users/{email}/password", tag = "users", operation_id = "changeUserPassword",
    params(EmailParameter),
    request_body(
        content((NewPassword = "application/json"), (NewPassword = "text/plain")),
        description = "the new password"
    ),
    responses(
        (status = 204, description = "the password is changed"),
        (status = 400, description = "the password breaks the policy; the detail says how", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the password is missing or empty", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
        BodyFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn change_user_password(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
    PasswordBody(password): PasswordBody,
) -> Result<StatusCode, Failure> {
    state.directory.change_user_password(&caller, &email, password).await?;
    Ok(StatusCode::NO_CONTENT)
}
