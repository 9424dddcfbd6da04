//! What a path names: a user, a session, a key, a link.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use dqops_users_domain::{ApiKeyId, Email, SessionId};
use dqops_users_service::ServiceError;
use dqops_users_web::{Failure, Problem};
use uuid::Uuid;

use crate::state::SharedConsole;

/// The user.
pub(crate) struct UserPath(pub(crate) Email);

/// The session.
pub(crate) struct SessionPath(pub(crate) SessionId);

/// The API key.
pub(crate) struct KeyPath(pub(crate) ApiKeyId);

/// The token of a password link.
pub(crate) struct LinkToken(pub(crate) String);

impl FromRequestParts<SharedConsole> for UserPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, Failure> {
        let email = part(parts, console, "email").await?.parse();
        let email = email.map_err(|_| Problem::of_status(StatusCode::NOT_FOUND))?;
        Ok(Self(email))
    }
}

impl FromRequestParts<SharedConsole> for SessionPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, Failure> {
        let id = id(&part(parts, console, "id").await?).ok_or(ServiceError::SessionNotFound)?;
        Ok(Self(SessionId(id)))
    }
}

impl FromRequestParts<SharedConsole> for KeyPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, Failure> {
        let id = id(&part(parts, console, "id").await?).ok_or(ServiceError::ApiKeyNotFound)?;
        Ok(Self(ApiKeyId(id)))
    }
}

impl FromRequestParts<SharedConsole> for LinkToken {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, Failure> {
        Ok(Self(part(parts, console, "token").await?))
    }
}

/// A part of the path, percent-decoded once.
async fn part(parts: &mut Parts, console: &SharedConsole, name: &str) -> Result<String, Failure> {
    let not_found = || Problem::of_status(StatusCode::NOT_FOUND);
    let decoded = RawPathParams::from_request_parts(parts, console).await;
    let decoded = decoded.map_err(|_| not_found())?;
    let found = decoded.iter().find(|(found, _)| *found == name);
    Ok(found.map(|(_, value)| value.to_owned()).ok_or_else(not_found)?)
}

/// An identity in its one form.
fn id(text: &str) -> Option<Uuid> {
    let id: Uuid = text.parse().ok()?;
    (id.to_string() == text).then_some(id)
}
