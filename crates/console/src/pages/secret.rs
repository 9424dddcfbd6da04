//! A secret that is shown once: a password link, or an API key.

use askama::Template;

use crate::views::{Chrome, Link, Moment};

/// The answer to `POST /users`, `POST /users/{email}/link` and `POST /account/keys`.
#[derive(Clone, Debug, Template)]
#[template(path = "secret.html")]
pub struct SecretPage {
    /// The frame. Its notice says what was done, and whether a link was mailed.
    pub chrome: Chrome,
    /// What kind of secret it is.
    pub kind: SecretKind,
    /// The secret.
    pub secret: String,
    /// Where to go on.
    pub next: Link,
}

/// What is shown once.
#[derive(Clone, Debug)]
pub enum SecretKind {
    /// A link with which a user sets a password.
    PasswordLink {
        /// The user.
        email: String,
        /// Until when it works.
        until: Moment,
    },
    /// A key of the caller's own.
    ApiKey {
        /// What the caller calls it; it may be empty.
        name: String,
        /// Until when it works; `None` for ever.
        until: Option<Moment>,
    },
}
