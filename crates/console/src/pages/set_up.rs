//! The first-run set-up: whoever holds the code becomes the first admin.

use askama::Template;

use crate::views::{Chrome, FieldErrors, PasswordRule};

/// `GET /setup`. Fields: `code`, `email`, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    /// The frame.
    pub chrome: Chrome,
    /// The code, as typed before.
    pub code: String,
    /// The email, as typed before.
    pub email: String,
    /// The rule for passwords.
    pub password_rule: PasswordRule,
    /// What is wrong.
    pub errors: FieldErrors,
}
