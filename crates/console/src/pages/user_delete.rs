//! The confirmation before a user is deleted.

use askama::Template;

use crate::{
    pages::user::Deletion,
    views::{Chrome, FieldErrors},
};

/// `GET /users/{email}/delete`. Field: `confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "user_delete.html")]
pub struct UserDeletePage {
    /// The frame.
    pub chrome: Chrome,
    /// Who would be deleted.
    pub email: String,
    /// What it does, and why it cannot be done.
    pub deletion: Deletion,
    /// What may surprise: "This is you: …".
    pub warning: Option<String>,
    /// What was typed before.
    pub confirm: String,
    /// What is wrong.
    pub errors: FieldErrors,
}
