//! `GET /api/users/{email}/passwordlink`: what is known of a user's password link.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_service::ServiceError;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::private;
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, EmailPath},
    openapi::{CommonFailures, EmailParameter},
    state::SharedState,
};

/// A link that was neither used nor revoked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkModel {
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on it is refused.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether that time has come.
    expired: bool,
}

/// Returns what is known of the user's password link, pending or expired; the link itself is shown only
/// when it is made.
#[utoipa::path(
    get, path = "/api/users/{email}/passwordlink", tag = "users", operation_id = "getPasswordLink",
    params(EmailParameter),
    responses(
        (status = 200, description = "the link", body = LinkModel),
        (status = 400, description = "not an email", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user, or the user has no link", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn get_password_link(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
) -> Result<Response, Failure> {
    let outlook = state.directory.user_outlook(&caller, &email).await?;
    let link = outlook.link.ok_or(ServiceError::PasswordLinkNotFound)?;
    let model = LinkModel {
        created_at: link.created_at,
        expires_at: link.expires_at,
        expired: !link.is_valid_at(outlook.now),
    };
    let json = serde_json::to_vec(&model).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::OK, json))
}
