//! One user.

use askama::Template;
use dqops_users_domain::Role;

use crate::views::{
    Access, Chrome, DomainRole, DomainRolesForm, FieldErrors, Keys, Moment, PasswordRule,
    RoleChoice, Sessions,
};

/// `GET /users/{email}`.
#[derive(Clone, Debug, Template)]
#[template(path = "user.html")]
pub struct UserPage {
    /// The frame.
    pub chrome: Chrome,
    /// The email.
    pub email: String,
    /// The account role.
    pub role: Role,
    /// The roles in data domains.
    pub domain_roles: Vec<DomainRole>,
    /// When the user was added.
    pub added: Moment,
    /// Whether it is the caller.
    pub is_self: bool,
    /// What an admin sees beside that.
    pub management: Option<UserManagement>,
    /// What is wrong: `accountRole`, `domain-{index}`, `password`.
    pub errors: FieldErrors,
}

/// What an admin sees of a user, and can do.
#[derive(Clone, Debug)]
pub struct UserManagement {
    /// The roles.
    pub roles: RolesForm,
    /// How the user can get in.
    pub access: Access,
    /// The rule for passwords.
    pub password_rule: PasswordRule,
    /// The user's API keys.
    pub keys: Keys,
    /// The user's sessions.
    pub sessions: Sessions,
    /// Deleting the user.
    pub deletion: Deletion,
}

/// Changing roles.
#[derive(Clone, Debug)]
pub struct RolesForm {
    /// The version that the form shows.
    pub version: String,
    /// The account role.
    pub choices: Vec<RoleChoice>,
    /// The roles in data domains.
    pub domains: DomainRolesForm,
    /// What a change does that may surprise: "This is the last admin: …", "This is you: …".
    pub effects: Vec<String>,
}

/// Deleting a user.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// What it does: "ends 2 sessions", "revokes 3 keys", "frees a seat".
    pub effects: Vec<String>,
    /// Why it cannot be done: a sentence.
    pub refusal: Option<String>,
}
