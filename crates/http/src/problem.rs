//! Every error body: `application/problem+json` (RFC 9457) with a stable code. This is the one place
//! that maps errors to answers.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use dqops_users_domain::{PasswordError, licence::LicenceRefusal};
use dqops_users_service::{FieldError, ServiceError};
use dqops_users_storage::StorageError;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of error bodies.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Seconds after which a refused client may come again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// An error, as clients see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
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
pub(crate) struct FieldProblem {
    /// The field's name.
    #[schema(example = "accountRole")]
    field: String,
    /// What is wrong with it.
    detail: String,
}

/// What went wrong inside, for the log and never for the client.
#[derive(Clone, Debug)]
pub(crate) struct Cause(pub(crate) Arc<StorageError>);

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
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

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_body", detail)
    }

    pub(crate) fn invalid(error: FieldError) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_field",
            format!("{}: {}", error.field, error.detail),
        );
        problem.errors.push(FieldProblem { field: error.field, detail: error.detail });
        problem
    }

    /// A password that cannot be one at all.
    pub(crate) fn rejected(error: PasswordError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "password_rejected", error.to_string())
    }

    /// Says something more exact.
    pub(crate) fn say(&mut self, detail: String) {
        self.detail = detail;
    }

    pub(crate) fn overloaded() -> Self {
        ServiceError::Overloaded.into()
    }

    /// A request that was cut off on its way: what it was to do may still be done.
    pub(crate) fn given_up() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "request_timeout",
            "the server gave the request up because it took too long: if it was to change something, \
             look whether that was done before you repeat it",
        )
    }

    pub(crate) fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "permission_denied",
            "a request that another web site caused is refused",
        )
    }

    /// The problem of an answer that came from the framework: no route, a wrong method, a defect.
    pub(crate) fn of_status(status: StatusCode) -> Self {
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

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let (status, code) = status_and_code(&error);
        match &error {
            ServiceError::Storage(_) if code == "storage_unavailable" => {
                Self::new(status, code, storage_detail(&error))
            }
            ServiceError::Storage(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
            ServiceError::InvalidField(field) => Self::invalid(field.clone()),
            ServiceError::MissingField(field) => {
                let mut problem = Self::new(status, code, missing_detail(field));
                let detail = "is missing or empty".to_owned();
                problem.errors.push(FieldProblem { field: (*field).to_owned(), detail });
                problem
            }
            ServiceError::TooManyAttempts { retry_after } => {
                let mut problem = Self::new(status, code, error.to_string());
                problem.retry_after = u32::try_from(retry_after.as_secs()).ok();
                problem
            }
            other => Self::new(status, code, other.to_string()),
        }
    }
}

/// The status and the stable code of every error, without a catch-all.
fn status_and_code(error: &ServiceError) -> (StatusCode, &'static str) {
    match error {
        ServiceError::AuthenticationRequired => {
            (StatusCode::UNAUTHORIZED, "authentication_required")
        }
        ServiceError::TooManyAttempts { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
        }
        ServiceError::SessionNotFound => (StatusCode::NOT_FOUND, "session_not_found"),
        ServiceError::InvalidCredential
        | ServiceError::WrongSetupCode
        | ServiceError::SignInRefused => (StatusCode::UNAUTHORIZED, "invalid_credential"),
        ServiceError::PermissionDenied(_) => (StatusCode::FORBIDDEN, "permission_denied"),
        ServiceError::Licence(refusal) => match refusal {
            LicenceRefusal::Required { .. } | LicenceRefusal::DataDomainLimitReached { .. } => {
                (StatusCode::FORBIDDEN, "licence_required")
            }
            LicenceRefusal::Expired { .. } => (StatusCode::FORBIDDEN, "licence_expired"),
            LicenceRefusal::UserLimitReached { .. } => {
                (StatusCode::BAD_REQUEST, "user_limit_reached")
            }
        },
        ServiceError::UserNotFound(_) => (StatusCode::NOT_FOUND, "user_not_found"),
        ServiceError::UserExists(_) => (StatusCode::CONFLICT, "user_exists"),
        ServiceError::EmailImmutable(_) => (StatusCode::NOT_ACCEPTABLE, "email_immutable"),
        ServiceError::MissingField(_) => (StatusCode::NOT_ACCEPTABLE, "missing_field"),
        ServiceError::InvalidField(_) => (StatusCode::BAD_REQUEST, "invalid_field"),
        ServiceError::LastAdmin(_) => (StatusCode::CONFLICT, "last_admin"),
        ServiceError::PasswordRejected(_) => (StatusCode::BAD_REQUEST, "password_rejected"),
        ServiceError::PreconditionFailed => {
            (StatusCode::PRECONDITION_FAILED, "precondition_failed")
        }
        ServiceError::NoOwner => (StatusCode::CONFLICT, "no_owner"),
        ServiceError::AlreadySetUp => (StatusCode::CONFLICT, "already_set_up"),
        ServiceError::ApiKeyNotFound => (StatusCode::NOT_FOUND, "api_key_not_found"),
        ServiceError::TooManyKeys => (StatusCode::CONFLICT, "api_key_limit_reached"),
        ServiceError::DataDomainNotFound(_) => (StatusCode::NOT_FOUND, "data_domain_not_found"),
        ServiceError::DataDomainNameUsed(_) => (StatusCode::CONFLICT, "data_domain_name_used"),
        ServiceError::PasswordLinkNotFound => (StatusCode::NOT_FOUND, "password_link_not_found"),
        ServiceError::NoMail => (StatusCode::CONFLICT, "mail_not_configured"),
        ServiceError::MailNotSent => (StatusCode::SERVICE_UNAVAILABLE, "mail_not_sent"),
        ServiceError::NoLicenceInstalled => (StatusCode::NOT_FOUND, "no_licence_installed"),
        ServiceError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
        ServiceError::Storage(error) => match **error {
            StorageError::Unavailable(_) | StorageError::Busy | StorageError::OutcomeUnknown(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable")
            }
            StorageError::NotFound(_)
            | StorageError::Conflict(_)
            | StorageError::Corrupt(_)
            | StorageError::NewerSchema { .. }
            | StorageError::Unsuitable(_)
            | StorageError::Backend(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        },
    }
}

fn storage_detail(error: &ServiceError) -> &'static str {
    match error {
        ServiceError::Storage(error) if matches!(**error, StorageError::OutcomeUnknown(_)) => {
            "the connection to the database was lost while the change was being made: look whether it was made before you repeat it"
        }
        _ => "the database does not answer; nothing was changed; try again in a moment",
    }
}

fn missing_detail(field: &str) -> String {
    if field == "password" {
        // The Python clients on the package index send no body for both password operations.
        return "the request has no password: send it as the body, either as a JSON string with \
            `Content-Type: application/json` or as it is with `Content-Type: text/plain`. The \
            generated DQOps Python clients send no body for this operation; use another HTTP client"
            .to_owned();
    }
    format!("{field} is missing or empty")
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
        match status {
            StatusCode::UNAUTHORIZED => {
                set(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                set(header::RETRY_AFTER, self.retry_after.map_or(RETRY_AFTER, HeaderValue::from));
            }
            _ => {}
        }
        response
    }
}

/// An error of an endpoint.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<Problem>,
    cause: Option<Cause>,
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let cause = match &error {
            ServiceError::Storage(error) => Some(Cause(Arc::clone(error))),
            _ => None,
        };
        Self { problem: Box::new(error.into()), cause }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), cause: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_internal_reaches_a_client() {
        let secret = "/var/lib/users.db: disk I/O error";
        for error in [
            StorageError::backend(secret),
            StorageError::unavailable(secret),
            StorageError::Corrupt(secret.to_owned()),
            StorageError::Unsuitable(secret.to_owned()),
        ] {
            let problem = Problem::from(ServiceError::from(error));
            let body = serde_json::to_string(&problem).unwrap();
            assert!(!body.contains("users.db") && !body.contains("I/O"), "{body}");
        }
    }

    #[test]
    fn an_unknown_outcome_says_neither_done_nor_refused() {
        let error = StorageError::OutcomeUnknown(Arc::new(std::io::Error::other("gone")));
        let problem = Problem::from(ServiceError::from(error));
        assert_eq!((problem.status, problem.code), (503, "storage_unavailable"));
        assert!(problem.detail.contains("look whether it was made"), "{}", problem.detail);
    }

    #[test]
    fn refusals_carry_what_clients_need() {
        let response = Problem::from(ServiceError::InvalidCredential).into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        let response = Problem::overloaded().into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
    }
}
