//! `POST /api/session`: signing in.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use dqops_users_domain::{Password, Role};
use dqops_users_service::{ServiceError, SignIn};
use dqops_users_web::{Client, Failure, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::private;
use crate::{extract::SecretObject, models::RoleName, openapi::BodyFailures, state::SharedState};

/// Who signs in.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it documents what is read member by member")]
pub(crate) struct Credentials {
    /// The user's email.
    #[schema(example = "sample_user@mail.com")]
    email: String,
    /// The user's password.
    #[schema(format = Password)]
    password: String,
}

/// A session that was begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionBegun<'s> {
    /// The bearer token of the session, shown only this once.
    #[schema(value_type = String, example = "dqu_session_...")]
    token: &'s str,
    /// The session.
    id: Uuid,
    /// The user's email.
    #[schema(value_type = String)]
    user: &'s str,
    /// The user's role in the whole account.
    #[schema(value_type = RoleName)]
    account_role: Role,
    /// When the session ends, however busy it is.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
}

/// Signs a user in with email and password and answers with the bearer token of a session.
#[utoipa::path(
    post, path = "/api/session", tag = "sessions", operation_id = "signIn",
    request_body(content = Credentials, content_type = "application/json"),
    responses(
        (status = 201, description = "the session was begun", body = SessionBegun),
        (status = 400, description = "the body or a field is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "the email or the password is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another web site caused the request", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the email or the password is missing", body = Problem, content_type = "application/problem+json"),
        BodyFailures,
        (status = 429, description = "too many attempts failed; `Retry-After` tells when to try again", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "too much is asked at once, or the storage does not answer", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn sign_in(
    State(state): State<SharedState>,
    Client { address, .. }: Client,
    headers: HeaderMap,
    SecretObject(mut body): SecretObject,
) -> Result<Response, Failure> {
    let mut text = |name: &'static str| {
        let text: Option<String> = body.take(name, "a string").map_err(Problem::invalid)?;
        let missing = || Failure::from(ServiceError::MissingField(name));
        text.filter(|text| !text.is_empty()).ok_or_else(missing)
    };
    let (email, password) = (text("email")?, text("password")?);
    let password = Password::new(password).ok();
    let client = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let client = client.unwrap_or_default().to_owned();
    let begun = state.directory.sign_in(SignIn { email, password, address, client }).await?;
    let model = SessionBegun {
        token: begun.token.expose(),
        id: begun.session.id.0,
        user: begun.user.email.as_str(),
        account_role: begun.user.roles.account,
        ends_at: begun.session.ends_at,
    };
    let json = serde_json::to_vec(&model).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::CREATED, json))
}
