//! The fields of a form or of a query.

use std::str::FromStr;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use dqops_users_domain::{Email, Password, PasswordError};
use dqops_users_service::ServiceError;
use dqops_users_web::{Failure, Problem, read_body};
use percent_encoding::percent_decode;

use crate::state::SharedConsole;

/// Bytes of a form at the most; no page has a larger one.
const MAX_FORM: usize = 64 * 1024;

/// Bytes of a form with a password at the most.
const MAX_SECRET_FORM: usize = 16 * 1024;

/// Fields by name. Of a field that stands twice the first counts.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// What was typed, as it was typed; empty for nothing.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// What was typed, without blanks around it; nothing for nothing.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// What was typed, if it is what it should be. What is none is left out, as in an address that
    /// somebody changed by hand.
    pub(crate) fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.given(name).and_then(|text| text.parse().ok())
    }

    /// The email that was typed.
    pub(crate) fn email(&self) -> Result<Email, ServiceError> {
        let text = self.given("email").ok_or(ServiceError::MissingField("email"))?;
        text.parse().map_err(|error| ServiceError::invalid("email", &error))
    }

    /// Takes a password out, verbatim.
    pub(crate) fn password(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Password>, ServiceError> {
        let place = self.0.iter().position(|(field, _)| field == name);
        let text = place.map(|place| self.0.remove(place).1).unwrap_or_default();
        match Password::new(text) {
            Ok(password) => Ok(Some(password)),
            Err(PasswordError::Empty) => Ok(None),
            Err(error @ PasswordError::TooLong) => Err(ServiceError::invalid(name, &error)),
        }
    }

    /// The fields whose names begin so, by the rest of their names.
    pub(crate) fn below<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
        let below = move |(name, value): &'f (String, String)| {
            name.strip_prefix(prefix).map(|rest| (rest, value.as_str()))
        };
        self.0.iter().filter_map(below)
    }
}

/// The query of the address.
pub(crate) struct Query(pub(crate) Fields);

impl FromRequestParts<SharedConsole> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &SharedConsole,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// A form that was sent.
pub(crate) struct Form(pub(crate) Fields);

/// The same with a password in it, and therefore small.
pub(crate) struct SecretForm(pub(crate) Fields);

impl FromRequest<SharedConsole> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedConsole) -> Result<Self, Failure> {
        Ok(Self(read(request, MAX_FORM).await?))
    }
}

impl FromRequest<SharedConsole> for SecretForm {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedConsole) -> Result<Self, Failure> {
        Ok(Self(read(request, MAX_SECRET_FORM).await?))
    }
}

async fn read(request: Request, limit: usize) -> Result<Fields, Problem> {
    let (parts, body) = request.into_parts();
    if !is_form(&parts.headers) {
        let mut problem = Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        problem.say("this is for forms of the console; programs use /api".to_owned());
        return Err(problem);
    }
    let body = read_body(&parts, body, limit).await?;
    // Read leniently, different passwords would become one.
    if percent_decode(&body).decode_utf8().is_err() {
        return Err(Problem::malformed("the form is not UTF-8"));
    }
    Ok(Fields::parse(&body))
}

/// A button without fields sends an empty form, with its content type all the same.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|text| text.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_send_them() {
        let mut fields = Fields::parse(
            b"email=+a%40b.c+&password=+two+words+&domain%3A(default)=viewer&link=yes&email=x",
        );
        assert_eq!(fields.email().unwrap().as_str(), "a@b.c");
        assert!(fields.is_ticked("link") && !fields.is_ticked("mail"));
        assert_eq!(fields.below("domain:").collect::<Vec<_>>(), [("(default)", "viewer")]);
        let password = fields.password("password").unwrap().unwrap();
        assert_eq!(password.expose(), " two words ", "verbatim");
        assert!(fields.password("password").unwrap().is_none(), "it was taken out");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let fields = Fields::parse(b"email=+");
        assert!(matches!(fields.email(), Err(ServiceError::MissingField("email"))));
        let fields = Fields::parse(b"email=a");
        assert!(matches!(fields.email(), Err(ServiceError::InvalidField(_))));
        assert_eq!(fields.read::<u32>("email"), None);
    }
}
