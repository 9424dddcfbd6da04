//! The email in a path: percent-decoded once, then parsed.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use dqops_users_domain::Email;
use dqops_users_service::FieldError;
use dqops_users_web::{Failure, Problem};

use crate::state::SharedState;

/// The user that a path names.
pub(crate) struct EmailPath(pub(crate) Email);

impl FromRequestParts<SharedState> for EmailPath {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let invalid = |detail: &str| Problem::invalid(FieldError::new("email", detail));
        let decoded = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| invalid("the path is not UTF-8"))?;
        let email = decoded.iter().find(|(name, _)| *name == "email").map(|(_, value)| value);
        let parsed = email.unwrap_or_default().parse::<Email>();
        Ok(Self(parsed.map_err(|error| invalid(&error.to_string()))?))
    }
}
