//! `GET /health/ready`: whether requests should be sent here.

use axum::{extract::State, response::Response};
use dqops_users_web::{Failure, Problem};

use super::is_healthy::is_healthy;
use crate::state::SharedState;

/// Whether this server should get requests: not while the storage does not answer, and not once the server
/// is about to stop. Needs no credential.
#[utoipa::path(
    get, path = "/health/ready", tag = "health", operation_id = "isReady",
    responses(
        (status = 200, description = "it should", body = String, content_type = "application/json", example = "OK"),
        (status = 503, description = "the storage does not answer, or the server is about to stop", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn is_ready(State(state): State<SharedState>) -> Result<Response, Failure> {
    if state.stopping.has_begun() {
        return Err(Problem::stopping().into());
    }
    is_healthy(State(state)).await
}
