//! `DELETE /api/users/{email}/passwordlink`: revoking a user's password link.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};

use super::NO_STORE;
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, EmailPath},
    openapi::{CommonFailures, EmailParameter},
    state::SharedState,
};

/// Revokes the user's password link, pending or expired. It is refused from the next request on.
#[utoipa::path(
    delete, path = "/api/users/{email}/passwordlink", tag = "users", operation_id = "revokePasswordLink",
    params(EmailParameter),
    responses(
        (status = 204, description = "the link was revoked"),
        (status = 400, description = "not an email", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user, or the user has no link", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn revoke_password_link(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Failure> {
    state.directory.revoke_password_link(&caller, &email).await?;
    Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, NO_STORE)]))
}
