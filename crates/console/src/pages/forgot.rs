//! A forgotten password: a link is mailed.

use askama::Template;

use crate::views::{Chrome, FieldErrors};

/// `GET /forgot`. Field: `email`.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot.html")]
pub struct ForgotPage {
    /// The frame.
    pub chrome: Chrome,
    /// The email, as typed before.
    pub email: String,
    /// What is wrong.
    pub errors: FieldErrors,
}

/// The answer to `POST /forgot`, the same whether there is such a user or not.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot_answer.html")]
pub struct ForgotAnswerPage {
    /// The frame.
    pub chrome: Chrome,
    /// The email that was typed.
    pub email: String,
}
