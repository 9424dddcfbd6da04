//! A secret that is shown once: a password link, or an API key.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use dqops_users_domain::Email;
use dqops_users_service::{Caller, IssuedKey};

use crate::{
    respond::{Answer, page, sentence},
    views::{Chrome, Link, Moment, Notice, Section, user_path},
    visit::Visit,
};

/// The answer to `POST /users`, `POST /users/{email}/link` and `POST /account/keys`.
#[derive(Clone, Debug, Template)]
#[template(path = "secret.html")]
pub(crate) struct SecretPage {
    /// The frame. Its notice says what was done, and whether a link was mailed.
    pub(crate) chrome: Chrome,
    /// What kind of secret it is.
    pub(crate) kind: SecretKind,
    /// The secret.
    pub(crate) secret: String,
    /// Where to go on.
    pub(crate) next: Link,
}

/// What is shown once.
#[derive(Clone, Debug)]
pub(crate) enum SecretKind {
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

/// Makes a password link of the user, mails it if that is wanted, and shows it.
pub(crate) async fn new_link(
    visit: &Visit,
    caller: &Caller,
    email: &Email,
    status: StatusCode,
    mails: bool,
) -> Answer {
    let directory = visit.directory();
    let issued = directory.issue_password_link(caller, email).await?;
    let mut chrome = visit.chrome(Section::Users);
    let said = if status == StatusCode::CREATED { "The user was added." } else { "" };
    chrome.notice = (!said.is_empty()).then(|| Notice::Done(said.to_owned()));
    if mails {
        chrome.notice = Some(match directory.mail_issued_link(email, &issued).await {
            Ok(()) => Notice::Done(format!("The link was mailed to {email}.")),
            // The link holds, and can still be handed over.
            Err(error) => Notice::Error(sentence(&error.to_string())),
        });
    }
    let kind = SecretKind::PasswordLink {
        email: email.as_str().to_owned(),
        until: issued.link.expires_at.into(),
    };
    let next = Link { href: user_path(email.as_str()), label: "To the user".to_owned() };
    let secret = visit.link(issued.token.expose());
    Ok(page(status, &SecretPage { chrome, kind, secret, next }))
}

/// Shows a key that was just issued.
pub(crate) fn new_key(visit: &Visit, issued: &IssuedKey) -> Response {
    let kind = SecretKind::ApiKey {
        name: issued.key.name.clone(),
        until: issued.key.expires_at.map(Moment::from),
    };
    let next = Link { href: "/account".to_owned(), label: "To my account".to_owned() };
    let secret = issued.token.expose().to_owned();
    let chrome = visit.chrome(Section::Account);
    page(StatusCode::CREATED, &SecretPage { chrome, kind, secret, next })
}
