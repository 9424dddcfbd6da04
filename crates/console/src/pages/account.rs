//! The caller's own account.

use askama::Template;
use dqops_users_domain::Role;

use crate::views::{Chrome, DomainRole, FieldErrors, Keys, Moment, PasswordRule, Sessions};

/// `GET /account`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The frame.
    pub chrome: Chrome,
    /// The email.
    pub email: String,
    /// The account role.
    pub role: Role,
    /// The roles in data domains.
    pub domain_roles: Vec<DomainRole>,
    /// When the caller was added.
    pub added: Moment,
    /// Changing the password.
    pub password: PasswordForm,
    /// The caller's API keys.
    pub keys: Keys,
    /// Making another one.
    pub key_form: KeyForm,
    /// The caller's sessions.
    pub sessions: Sessions,
    /// What is wrong: `current`, `password`, `name`, `days`.
    pub errors: FieldErrors,
}

/// Changing the password. Fields: `current`, `password`.
#[derive(Clone, Debug)]
pub struct PasswordForm {
    /// Whether there is a password to change; without one, nothing is asked for as `current`.
    pub has_password: bool,
    /// The rule for passwords.
    pub rule: PasswordRule,
}

/// Making an API key. Fields: `name`, `days`, `never`.
#[derive(Clone, Debug)]
pub struct KeyForm {
    /// The name, as typed before.
    pub name: String,
    /// The days, as typed before.
    pub days: String,
    /// For how many days a key holds where nothing is said.
    pub default_days: u32,
    /// For how many days a key can hold.
    pub max_days: u32,
    /// Whether a key can hold for ever.
    pub may_never_expire: bool,
    /// Whether that was ticked before.
    pub never: bool,
    /// Why no key can be made, a sentence; then there is no form.
    pub refusal: Option<String>,
}
