//! `POST /api/setup`: the first admin, made with the one-time code of the server's log.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_domain::{Password, PasswordError};
use dqops_users_service::ServiceError;
use dqops_users_web::{Failure, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::private;
use crate::{
    extract::{JsonObject, email_of},
    openapi::BodyFailures,
    state::SharedState,
};

/// What makes the first admin.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it documents what is read member by member")]
pub(crate) struct SetUp {
    /// The one-time code that the server printed when it started.
    #[schema(example = "dqu_setup_...")]
    code: String,
    /// The email of the first admin.
    #[schema(format = Email, max_length = 254, example = "admin@example.com")]
    email: String,
    /// A password for the first admin; it can also be set later.
    #[schema(format = Password)]
    password: Option<String>,
}

/// The first admin, and the way in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetUpDone<'s> {
    /// The email of the first admin.
    #[schema(value_type = String)]
    email: &'s str,
    /// An API key of the first admin, shown only this once.
    #[schema(value_type = String, example = "dqu_key_...")]
    api_key: &'s str,
}

/// Makes the first admin and answers with an API key. It works once, and only while there is no admin.
#[utoipa::path(
    post, path = "/api/setup", tag = "setup", operation_id = "setUp",
    request_body(content = SetUp, content_type = "application/json"),
    responses(
        (status = 201, description = "the first admin was made", body = SetUpDone),
        (status = 400, description = "a field is not valid, or the password breaks the policy", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "the code is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another web site caused the request", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the code or the email is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is an admin already", body = Problem, content_type = "application/problem+json"),
        BodyFailures,
        (status = 503, description = "too much is asked at once, or the storage does not answer", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn set_up(
    State(state): State<SharedState>,
    JsonObject(mut body): JsonObject,
) -> Result<Response, Failure> {
    let code: String = body
        .take("code", "a string")
        .map_err(Problem::invalid)?
        .ok_or(ServiceError::MissingField("code"))?;
    let email = email_of(&mut body)
        .map_err(Problem::invalid)?
        .ok_or(ServiceError::MissingField("email"))?;
    let password: Option<String> = body.take("password", "a string").map_err(Problem::invalid)?;
    let password = match password.map(Password::new) {
        None | Some(Err(PasswordError::Empty)) => None,
        Some(Ok(password)) => Some(password),
        Some(Err(error @ PasswordError::TooLong)) => return Err(Problem::rejected(error).into()),
    };
    let admin = state.directory.set_up(&code, email, password).await?;
    let done = SetUpDone { email: admin.email.as_str(), api_key: admin.api_key.expose() };
    let json = serde_json::to_vec(&done).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::CREATED, json))
}
