//! `POST /api/users`: adding a user.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use dqops_users_web::{Failure, Problem};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    extract::{Authenticated, UserBody},
    models::UserInputModel,
    openapi::{BodyFailures, CommonFailures},
    state::SharedState,
};

/// What stands in a path segment as it is (RFC 3986 §3.3), as far as emails hold it.
const SEGMENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b'+')
    .remove(b'\'');

/// Creates (adds) a new user to a multi-user account.
#[utoipa::path(
    post, path = "/api/users", tag = "users", operation_id = "createUser",
    request_body(content = UserInputModel, content_type = "application/json"),
    responses(
        (status = 201, description = "the user was added",
            headers(("Location" = String, description = "where the user is"))),
        (status = 400, description = "a field is not valid, or `user_limit_reached`", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the email or the role is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "the user exists already", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
        BodyFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn create_user(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    UserBody(input): UserBody,
) -> Result<Response, Failure> {
    let email = state.directory.create_user(&caller, input).await?;
    let location = format!("/api/users/{}", utf8_percent_encode(email.as_str(), &SEGMENT));
    let mut response = StatusCode::CREATED.into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
