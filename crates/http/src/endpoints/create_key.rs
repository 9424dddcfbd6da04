//! `POST /api/keys`: a new API key of the caller.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_service::{FieldError, KeyLifetime, NewKey, ServiceError};
use dqops_users_web::{Failure, Problem};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::private;
use crate::{
    extract::{Authenticated, JsonObject},
    openapi::{BodyFailures, CommonFailures},
    state::SharedState,
};

/// What key is wanted.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it documents what is read member by member")]
pub(crate) struct KeyInput {
    /// What the key is for.
    #[schema(max_length = 100, example = "nightly checks")]
    name: String,
    /// Days that it holds; as many as is the custom when absent.
    #[schema(minimum = 1, example = 90)]
    days: Option<u32>,
    /// Whether it holds until it is revoked, where that is allowed.
    never_expires: Option<bool>,
}

/// A key that was issued.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyIssued<'k> {
    /// The bearer token, shown only this once.
    #[schema(value_type = String, example = "dqu_key_...")]
    api_key: &'k str,
    /// Names the key; of no use as a credential.
    id: Uuid,
    /// What the key is for.
    #[schema(value_type = String)]
    name: &'k str,
    /// When it ends; left out for one that holds until it is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    expires_at: Option<Timestamp>,
}

/// Issues an API key of the caller.
#[utoipa::path(
    post, path = "/api/keys", tag = "keys", operation_id = "createApiKey",
    request_body(content = KeyInput, content_type = "application/json"),
    responses(
        (status = 201, description = "the key", body = KeyIssued),
        (status = 400, description = "the body or a field is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "the name is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "the user has as many keys as there may be, or there is no owner yet in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        BodyFailures,
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn create_key(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    JsonObject(mut body): JsonObject,
) -> Result<Response, Failure> {
    let name: Option<String> = body.take("name", "a string").map_err(Problem::invalid)?;
    let name = name.filter(|name| !name.trim().is_empty());
    let name = name.ok_or(ServiceError::MissingField("name"))?;
    let days: Option<u32> = body.take("days", "a whole number").map_err(Problem::invalid)?;
    let never: Option<bool> = body.take("neverExpires", "a boolean").map_err(Problem::invalid)?;
    let lifetime = match (never.unwrap_or(false), days) {
        (false, None) => KeyLifetime::Default,
        (false, Some(days)) => KeyLifetime::For(SignedDuration::from_hours(24 * i64::from(days))),
        (true, None) => KeyLifetime::Unlimited,
        (true, Some(_)) => {
            let error = FieldError::new("days", "contradicts neverExpires");
            return Err(Problem::invalid(error).into());
        }
    };
    let wanted = NewKey { owner: None, name, lifetime };
    let issued = state.directory.issue_api_key(&caller, wanted).await?;
    let model = KeyIssued {
        api_key: issued.token.expose(),
        id: issued.key.id.0,
        name: &issued.key.name,
        expires_at: issued.key.expires_at,
    };
    let json = serde_json::to_vec(&model).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::CREATED, json))
}
