//! `PUT /api/users/{email}`: changing the roles of a user.

use axum::{extract::State, http::StatusCode};
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, Conditions, EmailPath, UserBody},
    models::UserInputModel,
    openapi::{BodyFailures, CommonFailures, ConditionParameter, EmailParameter},
    state::SharedState,
};

/// Updates a user in a multi-user account. The user's email cannot be changed.
#[utoipa::path(
    put, path = "/api/users/{email}", tag = "users", operation_id = "updateUser",
    params(EmailParameter, ConditionParameter),
    request_body(content = UserInputModel, content_type = "application/json"),
    responses(
        (status = 204, description = "the user is as was sent"),
        (status = 400, description = "a field is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the email is missing, or another than in the path", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "it would leave no admin", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "the user has changed since `If-Match`", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
        BodyFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn update_user(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
    Conditions(condition): Conditions,
    UserBody(input): UserBody,
) -> Result<StatusCode, Failure> {
    state.directory.update_user(&caller, &email, input, condition).await?;
    Ok(StatusCode::NO_CONTENT)
}
