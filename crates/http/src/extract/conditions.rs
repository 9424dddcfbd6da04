//! `If-Match`: what the caller believes a user's version to be.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use dqops_users_service::IfMatch;

use crate::{etag, state::SharedState};

/// The condition of a change, if there is one.
pub(crate) struct Conditions(pub(crate) Option<IfMatch>);

impl FromRequestParts<SharedState> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter().peekable();
        if values.peek().is_none() {
            return Ok(Self(None));
        }
        let texts: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
        Ok(Self(Some(etag::if_match(&texts.join(",")))))
    }
}
