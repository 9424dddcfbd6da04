//! The sign-in.

use askama::Template;

use crate::views::{Chrome, FieldErrors};

/// `GET /login`. Fields: `email`, `password`, `returnUrl`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame. Where mail is configured, the page offers to mail a link.
    pub chrome: Chrome,
    /// The email, as typed before.
    pub email: String,
    /// Where to go afterwards; empty for the start page.
    pub return_url: String,
    /// What is wrong.
    pub errors: FieldErrors,
}
