//! Setting a password by a one-time link.

use askama::Template;

use crate::views::{Chrome, FieldErrors, Moment, PasswordRule};

/// `GET /password/{token}`. Field: `password`; it is posted to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "password_link.html")]
pub struct PasswordLinkPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whose password it is.
    pub email: String,
    /// Until when the link works.
    pub until: Moment,
    /// The rule for passwords.
    pub password_rule: PasswordRule,
    /// What is wrong.
    pub errors: FieldErrors,
}

/// The answer where a link was used, revoked, replaced or ran out. Where mail is configured, the page
/// offers to mail a new one.
#[derive(Clone, Debug, Template)]
#[template(path = "password_link_gone.html")]
pub struct PasswordLinkGonePage {
    /// The frame.
    pub chrome: Chrome,
}
