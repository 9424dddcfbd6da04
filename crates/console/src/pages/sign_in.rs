//! The sign-in.

use askama::Template;
use axum::{http::header, response::Response};
use dqops_users_domain::Password;
use dqops_users_service::{ServiceError, SignIn, SignedIn};

use crate::{
    cookie,
    fields::{Fields, Query, SecretForm},
    refusal::Refusal,
    respond::{Answer, ok, see_other},
    return_url::own_page,
    views::{Chrome, FieldErrors, Notice},
    visit::Visit,
};

/// `GET /login`. Fields: `email`, `password`, `returnUrl`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    /// The frame. Where mail is configured, the page offers to mail a link.
    pub(crate) chrome: Chrome,
    /// The email, as typed before.
    pub(crate) email: String,
    /// Where to go afterwards; empty for the start page.
    pub(crate) return_url: String,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// Shows the page; whoever is signed in already goes on.
pub(crate) async fn show(visit: Visit, Query(query): Query) -> Answer {
    let aim = query.get("returnUrl");
    if visit.caller.is_some() {
        return Ok(see_other(aim_of(aim)));
    }
    if visit.directory().needs_set_up().await? {
        return Ok(see_other("/setup"));
    }
    let mut chrome = visit.bare_chrome();
    chrome.notice = match query.get("notice") {
        "signed-out" => Some(Notice::Done("You are signed out.".to_owned())),
        "set-up" => Some(Notice::Done("The directory is set up. Sign in to go on.".to_owned())),
        "password-set" => Some(Notice::Done("The password is set. Sign in with it.".to_owned())),
        "ended" => Some(Notice::Info(ENDED.to_owned())),
        _ => visit.has_ended.then(|| Notice::Info(ENDED.to_owned())),
    };
    let return_url = own_page(aim).unwrap_or_default().to_owned();
    ok(&SignInPage { chrome, email: String::new(), return_url, errors: FieldErrors::none() })
}

const ENDED: &str = "Your session has ended. Sign in again to go on.";

/// Begins a session and keeps its token in a cookie.
pub(crate) async fn sign_in(visit: Visit, SecretForm(mut fields): SecretForm) -> Answer {
    let aim = fields.get("returnUrl").to_owned();
    let email = fields.get("email").to_owned();
    match attempt(&visit, &email, &mut fields).await {
        Ok(begun) => {
            if let Some(earlier) = &visit.caller {
                // Another session of this browser, which nobody would find again.
                let _ = visit.directory().sign_out(earlier).await;
            }
            Ok(with_session(see_other(aim_of(&aim)), &begun, &visit))
        }
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            let mut chrome = visit.bare_chrome();
            refusal.tell(&mut chrome);
            let return_url = own_page(&aim).unwrap_or_default().to_owned();
            let errors = refusal.errors.clone();
            Ok(refusal.page(&SignInPage { chrome, email, return_url, errors }))
        }
    }
}

async fn attempt(
    visit: &Visit,
    email: &str,
    fields: &mut Fields,
) -> Result<SignedIn, ServiceError> {
    if email.trim().is_empty() {
        return Err(ServiceError::MissingField("email"));
    }
    if fields.get("password").is_empty() {
        return Err(ServiceError::MissingField("password"));
    }
    // One that is too long to be a password is a wrong one, and costs a place as any other.
    let password = fields.password("password").ok().flatten();
    begin(visit, email, password).await
}

/// Begins a session of whoever has that email and password.
pub(crate) async fn begin(
    visit: &Visit,
    email: &str,
    password: Option<Password>,
) -> Result<SignedIn, ServiceError> {
    let attempt = SignIn {
        email: email.to_owned(),
        password,
        address: visit.client.address,
        client: visit.user_agent.clone(),
    };
    visit.directory().sign_in(attempt).await
}

/// The answer, with the token of the session for the browser.
pub(crate) fn with_session(mut response: Response, begun: &SignedIn, visit: &Visit) -> Response {
    let cookie = cookie::keep(&begun.token, visit.client.is_encrypted);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

fn aim_of(text: &str) -> &str {
    own_page(text).unwrap_or("/users")
}
