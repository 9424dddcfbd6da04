//! What a form says when it is refused: beside the field at fault, or on top of the page.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use dqops_users_service::ServiceError;
use dqops_users_web::{Failure, Problem};

use crate::{
    respond::{page, sentence},
    views::{Chrome, FieldErrors, Notice},
};

/// A refusal that the form's own page tells.
pub(crate) struct Refusal {
    problem: Problem,
    /// What is wrong with which field.
    pub(crate) errors: FieldErrors,
    notice: Option<Notice>,
}

impl Refusal {
    /// What the page says, or the failure where no page of a form could help.
    pub(crate) fn of(error: ServiceError) -> Result<Self, Failure> {
        let message = error.to_string();
        let field = match &error {
            ServiceError::MissingField(field) => Some((*field, "Fill this in.".to_owned())),
            ServiceError::InvalidField(fault) => Some((fault.field.as_str(), fault.detail.clone())),
            ServiceError::UserExists(_) => Some(("email", message.clone())),
            ServiceError::PasswordRejected(_) => Some(("password", message.clone())),
            ServiceError::WrongSetupCode => Some(("code", message.clone())),
            ServiceError::SignInRefused
            | ServiceError::TooManyAttempts { .. }
            | ServiceError::Licence(_)
            | ServiceError::LastAdmin(_)
            | ServiceError::PreconditionFailed
            | ServiceError::AlreadySetUp
            | ServiceError::TooManyKeys
            | ServiceError::NoLicenceInstalled
            | ServiceError::NoMail
            | ServiceError::MailNotSent
            | ServiceError::PasswordLinkNotFound
            | ServiceError::Overloaded => None,
            ServiceError::AuthenticationRequired
            | ServiceError::InvalidCredential
            | ServiceError::SessionNotFound
            | ServiceError::PermissionDenied(_)
            | ServiceError::UserNotFound(_)
            | ServiceError::EmailImmutable(_)
            | ServiceError::NoOwner
            | ServiceError::ApiKeyNotFound
            | ServiceError::DataDomainNotFound(_)
            | ServiceError::DataDomainNameUsed(_)
            | ServiceError::Storage(_) => return Err(error.into()),
        };
        let errors = FieldErrors::none();
        let (errors, notice) = match field {
            Some((field, text)) => (errors.with(field, sentence(&text)), None),
            None => (errors, Some(Notice::Error(sentence(&message)))),
        };
        Ok(Self { problem: error.into(), errors, notice })
    }

    /// Calls a field as the form does.
    pub(crate) fn rename(&mut self, name: impl Fn(&str) -> Option<String>) {
        self.errors.rename(name);
    }

    /// Puts what is said on top of the page into its frame.
    pub(crate) fn tell(&mut self, chrome: &mut Chrome) {
        if let Some(notice) = self.notice.take() {
            chrome.notice = Some(notice);
        }
    }

    /// The page, with the status of the refusal.
    pub(crate) fn page(&self, template: &impl Template) -> Response {
        let mut response = page(self.problem.status(), template);
        if let Some(seconds) = self.problem.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use dqops_users_domain::Permission;

    use super::*;

    #[test]
    fn a_fault_stands_beside_its_field() {
        let refusal = Refusal::of(ServiceError::invalid("email", "is too long")).unwrap();
        assert_eq!(refusal.errors.of("email"), Some("Is too long."));
        let refusal = Refusal::of(ServiceError::WrongSetupCode).unwrap();
        assert!(refusal.errors.of("code").is_some());
    }

    #[test]
    fn what_is_nobodys_fault_is_told_on_top_or_elsewhere() {
        let refusal = Refusal::of(ServiceError::SignInRefused).unwrap();
        assert!(refusal.errors.is_empty() && refusal.notice.is_some());
        assert!(Refusal::of(ServiceError::PermissionDenied(Permission::View)).is_err());
    }
}
