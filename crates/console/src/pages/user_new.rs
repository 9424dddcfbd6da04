//! Adding a user.

use askama::Template;

use crate::views::{Chrome, DomainRolesForm, FieldErrors, RoleChoice, Seats};

/// `GET /users/new`. Fields: `email`, `accountRole`, `domain:{name}`, `link`.
#[derive(Clone, Debug, Template)]
#[template(path = "user_new.html")]
pub struct UserNewPage {
    /// The frame.
    pub chrome: Chrome,
    /// The seats of the licence.
    pub seats: Seats,
    /// Why nobody can be added, a clause without a full stop; then there is no form.
    pub refusal: Option<String>,
    /// What adding does that may surprise.
    pub effects: Vec<String>,
    /// The email, as typed before.
    pub email: String,
    /// The account role.
    pub roles: Vec<RoleChoice>,
    /// The roles in data domains.
    pub domains: DomainRolesForm,
    /// Whether a link is made.
    pub makes_link: bool,
    /// What is wrong. Errors of domain roles are named `domain-{index}`.
    pub errors: FieldErrors,
}
