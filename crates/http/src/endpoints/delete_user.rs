//! `DELETE /api/users/{email}`: deleting a user.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, Conditions, EmailPath},
    openapi::{CommonFailures, ConditionParameter, EmailParameter},
    state::SharedState,
};

/// Deletes a user from a multi-user account.
#[utoipa::path(
    delete, path = "/api/users/{email}", tag = "users", operation_id = "deleteUser",
    params(EmailParameter, ConditionParameter),
    responses(
        (status = 204, description = "the user is deleted"),
        (status = 400, description = "not an email", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "it would leave no admin", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "the user has changed since `If-Match`", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn delete_user(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
    Conditions(condition): Conditions,
) -> Result<StatusCode, Failure> {
    state.directory.delete_user(&caller, &email, condition).await?;
    Ok(StatusCode::NO_CONTENT)
}
