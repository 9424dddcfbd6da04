//! Every error body: `application/problem+json` (RFC 9457) with a stable code. Which error
//! gets which status and code stands in `of_service_error` alone.

mod of_service_error;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use dqops_users_domain::PasswordError;
use dqops_users_service::{FieldError, ServiceError};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of error bodies.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The code of requests that were refused, unheard, because too much is asked at once.
pub(crate) const OVERLOADED: &str = "overloaded";

/// The code of what is refused because the server is about to stop, which is no failure.
pub(crate) const STOPPING: &str = "stopping";

/// Seconds after which a refused client may come again.
const RETRY_AFTER: u32 = 1;

/// An error, as clients see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:dqops-users:problem:user_not_found")]
    kind: String,
    /// The kind of problem in words.
    #[schema(example = "Not Found")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What happened here and what to do.
    #[schema(example = "there is no user jane@example.com")]
    detail: String,
    /// A stable code for programs.
    #[schema(example = "user_not_found")]
    code: &'static str,
    /// Seconds until it is worth to try again.
    #[serde(skip)]
    retry_after: Option<u32>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(inline)]
    errors: Vec<FieldProblem>,
}

/// A field at fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field's name.
    #[schema(example = "accountRole")]
    field: String,
    /// What is wrong with it.
    detail: String,
}

impl FieldProblem {
    /// The field's name.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl Problem {
    /// A problem of a code of its own.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:dqops-users:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            retry_after: None,
            errors: Vec::new(),
        }
    }

    /// A body that cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_body", detail)
    }

    /// A field with a value that is not allowed.
    #[must_use]
    pub fn invalid(error: FieldError) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_field",
            format!("{}: {}", error.field, error.detail),
        );
        problem.errors.push(FieldProblem { field: error.field, detail: error.detail });
        problem
    }

    /// A password that cannot be one at all.
    #[must_use]
    pub fn rejected(error: PasswordError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "password_rejected", error.to_string())
    }

    /// Says something more exact.
    pub fn say(&mut self, detail: String) {
        self.detail = detail;
    }

    /// Too much is asked at once.
    #[must_use]
    pub fn overloaded() -> Self {
        ServiceError::Overloaded.into()
    }

    /// The server is about to stop.
    #[must_use]
    pub fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            STOPPING,
            "this server is about to stop; send requests to another one",
        )
    }

    /// A request that was cut off on its way: what it was to do may still be done.
    #[must_use]
    pub fn given_up() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "request_timeout",
            "the server gave the request up because it took too long: if it was to change something, \
             look whether that was done before you repeat it",
        )
    }

    /// A request that a page of another site made a browser send.
    #[must_use]
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "permission_denied",
            "a request that another web site caused is refused",
        )
    }

    /// The problem of an answer that came from the framework: no route, a wrong method, a defect.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => (
                "route_not_found",
                "there is nothing at this address; /openapi.json lists what there is",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "this address does not know that method; the Allow header lists those that it knows",
            ),
            StatusCode::REQUEST_TIMEOUT => {
                ("request_timeout", "the request did not arrive in time")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "the body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "the content type is not one that this operation reads: send the body with `Content-Type: application/json`; a password alone can also be `text/plain`",
            ),
            status if status.is_client_error() => {
                ("bad_request", "the request cannot be understood")
            }
            _ => ("internal_error", "the server failed; its log says more under this request's id"),
        };
        Self::new(status, code, detail)
    }

    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The kind of problem in words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What happened here and what to do, without anything internal.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Seconds until it is worth to try again, where that helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self.status() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Some(self.retry_after.unwrap_or(RETRY_AFTER))
            }
            _ => None,
        }
    }

    /// The fields at fault.
    #[must_use]
    pub fn fields(&self) -> &[FieldProblem] {
        &self.errors
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default(); // plain data: it cannot fail
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value| {
            headers.insert(name, value);
        };
        set(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            set(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after() {
            set(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For the boundary, which makes it a page if a page was asked for.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_carry_what_clients_need() {
        let response = Problem::from(ServiceError::InvalidCredential).into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        let response = Problem::overloaded().into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
    }
}
