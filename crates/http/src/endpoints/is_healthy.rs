//! `GET /api/ishealthy`: whether the directory can do its work.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_web::{Failure, Problem};

use super::private;
use crate::state::SharedState;

/// Checks that the directory answers. Needs no credential.
#[utoipa::path(
    get, path = "/api/ishealthy", tag = "health", operation_id = "isHealthy",
    responses(
        (status = 200, description = "it does", body = String, content_type = "application/json", example = "OK"),
        (status = 503, description = "the storage does not answer", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn is_healthy(State(state): State<SharedState>) -> Result<Response, Failure> {
    state.directory.check_health().await?;
    Ok(private(StatusCode::OK, b"\"OK\"".to_vec()))
}
