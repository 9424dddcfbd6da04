//! `GET /health/live`: whether the process answers at all.

use axum::{http::StatusCode, response::Response};

use super::private;

/// Answers, without asking the storage: a server that does not should be started anew. Needs no credential.
#[utoipa::path(
    get, path = "/health/live", tag = "health", operation_id = "isLive",
    responses((status = 200, description = "it does", body = String, content_type = "application/json", example = "OK")),
)]
pub(crate) async fn is_live() -> Response {
    private(StatusCode::OK, b"\"OK\"".to_vec())
}
