//! What a client sees of an error of the service: the status, the code and the words. This is the
//! one place that maps errors to answers.

use axum::http::StatusCode;
use dqops_users_domain::licence::LicenceRefusal;
use dqops_users_service::ServiceError;
use dqops_users_storage::StorageError;

use super::{FieldProblem, OVERLOADED, Problem};

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        Self::from(&error)
    }
}

impl From<&ServiceError> for Problem {
    fn from(error: &ServiceError) -> Self {
        let (status, code) = status_and_code(error);
        match error {
            ServiceError::Storage(_) if code == "storage_unavailable" => {
                Self::new(status, code, storage_detail(error))
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
        ServiceError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, OVERLOADED),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
}
