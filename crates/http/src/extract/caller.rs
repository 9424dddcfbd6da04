//! From the `Authorization` header to the caller.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use dqops_users_service::{Caller, ServiceError};
use dqops_users_web::{Failure, Problem, cross_site};

use crate::state::{Authentication, SharedState};

/// The caller of a request that needs one.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<SharedState> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let caller = match (bearer_token(&parts.headers)?, state.authentication) {
            (Some(token), _) => state.directory.authenticate(token).await?,
            (None, Authentication::Required) => {
                return Err(ServiceError::AuthenticationRequired.into());
            }
            (None, Authentication::None) => {
                must_be_local(&parts.headers)?;
                state.directory.owner().await?
            }
        };
        Ok(Self(caller))
    }
}

const BEARER: &str = "Bearer";

/// The bearer token; another scheme counts as no credential, as in DQOps.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, ServiceError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ServiceError::InvalidCredential);
    }
    let text = value.to_str().map_err(|_| ServiceError::InvalidCredential)?;
    let (scheme, token) = text.split_at_checked(BEARER.len()).unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case(BEARER) {
        return Ok(None);
    }
    // What follows the word without a space between them makes it a wrong token, not another scheme.
    if token.starts_with(|c: char| !c.is_ascii_whitespace()) {
        return Err(ServiceError::InvalidCredential);
    }
    Ok(Some(token.trim_ascii()))
}

/// Whoever needs no credential must at least not be a page of another web site.
fn must_be_local(headers: &HeaderMap) -> Result<(), Problem> {
    if !cross_site::is_addressed_to_loopback(headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "permission_denied",
            "without authentication the server answers only to its local names: use http://localhost",
        ));
    }
    if cross_site::is_cross_site(headers) {
        return Err(Problem::cross_site());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(values: &[&str]) -> Result<Option<String>, ServiceError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        bearer_token(&headers).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn the_header_is_read_strictly() {
        assert_eq!(token(&[]).unwrap(), None);
        assert_eq!(token(&["Bearer abc"]).unwrap().unwrap(), "abc");
        assert_eq!(token(&["bearer  abc "]).unwrap().unwrap(), "abc");
        assert_eq!(token(&["Bearer\tabc"]).unwrap().unwrap(), "abc");
        for wrong in ["Bearer=abc", "Bearerabc"] {
            assert!(matches!(token(&[wrong]), Err(ServiceError::InvalidCredential)), "{wrong}");
        }
        assert_eq!(token(&["Basic dTpw"]).unwrap(), None);
        assert_eq!(token(&["Bearer"]).unwrap().unwrap(), "", "an empty token is a wrong one");
        let two = token(&["Bearer a", "Bearer b"]);
        assert!(matches!(two, Err(ServiceError::InvalidCredential)), "two credentials are none");
    }
}
