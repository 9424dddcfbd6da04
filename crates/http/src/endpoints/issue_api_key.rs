//! `GET /api/environment/issueapikey`: a new API key of the caller.

use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use dqops_users_service::{KeyLifetime, NewKey};
use dqops_users_web::{Failure, Problem, cross_site};

use super::private;
use crate::{extract::Authenticated, openapi::CommonFailures, state::SharedState};

/// The name of keys that are issued here, where the client has no way to give one.
const KEY_NAME: &str = "issued over REST";

/// Issues an API key for the calling user. The answer is a JSON string, shown only this once.
#[utoipa::path(
    get, path = "/api/environment/issueapikey", tag = "environment", operation_id = "issueApiKey",
    responses(
        (status = 200, description = "the key", body = String, content_type = "application/json", example = "dqu_key_..."),
        (status = 409, description = "there is no owner yet, in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn issue_api_key(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // DQOps made it a GET, which browsers let other sites send.
    if cross_site::is_cross_site(&headers) {
        return Err(Problem::cross_site().into());
    }
    // The router takes HEAD for a GET, but the key would be lost.
    if method == Method::HEAD {
        return Err(Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into());
    }
    let wanted = NewKey { owner: None, name: KEY_NAME.to_owned(), lifetime: KeyLifetime::Default };
    let issued = state.directory.issue_api_key(&caller, wanted).await?;
    let json = format!("\"{}\"", issued.token.expose()); // letters, digits and `_`: nothing to escape
    Ok(private(StatusCode::OK, json.into_bytes()))
}
