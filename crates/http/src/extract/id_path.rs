//! The session or the API key that a path names.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use dqops_users_domain::{ApiKeyId, SessionId};
use dqops_users_service::ServiceError;
use dqops_users_web::Failure;
use uuid::Uuid;

use crate::state::SharedState;

/// The session of the path.
pub(crate) struct SessionPath(pub(crate) SessionId);

impl FromRequestParts<SharedState> for SessionPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let id = id(parts, state).await.ok_or(ServiceError::SessionNotFound)?;
        Ok(Self(SessionId(id)))
    }
}

/// The API key of the path.
pub(crate) struct KeyPath(pub(crate) ApiKeyId);

impl FromRequestParts<SharedState> for KeyPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let id = id(parts, state).await.ok_or(ServiceError::ApiKeyNotFound)?;
        Ok(Self(ApiKeyId(id)))
    }
}

/// The identity in the path, in its one form.
async fn id(parts: &mut Parts, state: &SharedState) -> Option<Uuid> {
    let decoded = RawPathParams::from_request_parts(parts, state).await.ok()?;
    let (_, text) = decoded.iter().next()?;
    let id: Uuid = text.parse().ok()?;
    (id.to_string() == text).then_some(id)
}
