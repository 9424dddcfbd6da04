//! The caller's own account.

pub(crate) mod keys;
pub(crate) mod password;
pub(crate) mod sessions;

use askama::Template;
use axum::response::Response;
use dqops_users_domain::{Email, Role};
use dqops_users_service::{Caller, ServiceError};
use jiff::SignedDuration;

use crate::{
    respond::{Answer, ok, see_other},
    views::{
        Chrome, DomainRole, FieldErrors, Keys, Moment, PasswordRule, Section, Sessions,
        domain_roles,
    },
    visit::{SignedIn, Visit},
};

/// `GET /account`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The email.
    pub(crate) email: String,
    /// The account role.
    pub(crate) role: Role,
    /// The roles in data domains.
    pub(crate) domain_roles: Vec<DomainRole>,
    /// When the caller was added.
    pub(crate) added: Moment,
    /// Changing the password.
    pub(crate) password: PasswordForm,
    /// The caller's API keys.
    pub(crate) keys: Keys,
    /// Making another one.
    pub(crate) key_form: KeyForm,
    /// The caller's sessions.
    pub(crate) sessions: Sessions,
    /// What is wrong: `current`, `password`, `name`, `days`.
    pub(crate) errors: FieldErrors,
}

/// Changing the password. Fields: `current`, `password`.
#[derive(Clone, Debug)]
pub(crate) struct PasswordForm {
    /// Whether there is a password to change; without one, nothing is asked for as `current`.
    pub(crate) has_password: bool,
    /// The rule for passwords.
    pub(crate) rule: PasswordRule,
}

/// Making an API key. Fields: `name`, `days`, `never`.
#[derive(Clone, Debug)]
pub(crate) struct KeyForm {
    /// The name, as typed before.
    pub(crate) name: String,
    /// The days, as typed before.
    pub(crate) days: String,
    /// For how many days a key holds where nothing is said.
    pub(crate) default_days: u32,
    /// For how many days a key can hold.
    pub(crate) max_days: u32,
    /// Whether a key can hold for ever.
    pub(crate) may_never_expire: bool,
    /// Whether that was ticked before.
    pub(crate) never: bool,
    /// Why no key can be made, a sentence; then there is no form.
    pub(crate) refusal: Option<String>,
}

/// Shows the caller's own account.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn) -> Answer {
    ok(&build(&visit, &caller).await?)
}

/// The page as it is now.
async fn build(visit: &Visit, caller: &Caller) -> Result<AccountPage, ServiceError> {
    let directory = visit.directory();
    let email = own_email(caller)?;
    let (view, added_at) = directory.user_with_age(caller, &email).await?;
    let keys = directory.api_keys(caller, Some(&email)).await?;
    let sessions = directory.sessions(caller, Some(&email)).await?;
    let limits = directory.key_limits();
    let days = |length: SignedDuration| u32::try_from(length.as_hours() / 24).unwrap_or(u32::MAX);
    Ok(AccountPage {
        chrome: visit.chrome(Section::Account),
        email: email.as_str().to_owned(),
        role: view.account_role,
        domain_roles: domain_roles(&view),
        added: added_at.into(),
        password: PasswordForm {
            has_password: directory.has_own_password(caller).await?,
            rule: visit.password_rule(),
        },
        keys: Keys::of("/account".to_owned(), &keys, directory.now()),
        key_form: KeyForm {
            name: String::new(),
            days: String::new(),
            default_days: days(limits.usual),
            max_days: days(limits.longest),
            may_never_expire: limits.may_never_expire,
            never: false,
            refusal: None,
        },
        sessions: Sessions::of("/account".to_owned(), &sessions, caller),
        errors: FieldErrors::none(),
    })
}

/// The email of the caller.
fn own_email(caller: &Caller) -> Result<Email, ServiceError> {
    Ok(caller.user().ok_or(ServiceError::NoOwner)?.email.clone())
}

/// Back to the account, which says what was done.
fn done(word: &str) -> Response {
    see_other(&format!("/account?done={word}"))
}
