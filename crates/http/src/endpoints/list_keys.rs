//! `GET /api/keys`: API keys, without their secrets.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_service::OwnedKey;
use dqops_users_web::{Failure, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::private;
use crate::{
    extract::{Authenticated, Whose},
    openapi::{CommonFailures, WhoseParameter},
    state::SharedState,
};

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub(crate) struct KeyModel<'k> {
    /// Names the key; of no use as a credential.
    id: Uuid,
    /// Whose it is.
    #[schema(value_type = String)]
    user: &'k str,
    /// What the user calls it.
    #[schema(value_type = String)]
    name: &'k str,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends; left out for one that holds until it is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    expires_at: Option<Timestamp>,
    /// When it was last used, at the most a minute behind; left out for one that never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    last_used_at: Option<Timestamp>,
}

impl<'k> From<&'k OwnedKey> for KeyModel<'k> {
    fn from(OwnedKey { key, owner }: &'k OwnedKey) -> Self {
        Self {
            id: key.id.0,
            user: owner.as_str(),
            name: &key.name,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}

/// Lists the API keys of the caller; for admins also those of another user, or of all.
#[utoipa::path(
    get, path = "/api/keys", tag = "keys", operation_id = "listApiKeys",
    params(WhoseParameter),
    responses(
        (status = 200, description = "the keys, by user and age", body = [KeyModel]),
        (status = 400, description = "a parameter is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is no owner yet, in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn list_keys(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    whose: Whose,
) -> Result<Response, Failure> {
    let user = whose.user(&caller)?;
    let keys = state.directory.api_keys(&caller, user.as_ref()).await?;
    let models: Vec<_> = keys.iter().map(KeyModel::from).collect();
    let json = serde_json::to_vec(&models).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::OK, json))
}
