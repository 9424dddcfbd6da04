//! A forgotten password: a link is mailed.

use askama::Template;
use axum::http::StatusCode;
use dqops_users_web::Problem;

use crate::{
    fields::Form,
    refusal::Refusal,
    respond::{Answer, ok},
    views::{Chrome, FieldErrors},
    visit::Visit,
};

/// `GET /forgot`. Field: `email`.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot.html")]
pub(crate) struct ForgotPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The email, as typed before.
    pub(crate) email: String,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// The answer to `POST /forgot`, the same whether there is such a user or not.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot_answer.html")]
pub(crate) struct ForgotAnswerPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The email that was typed.
    pub(crate) email: String,
}

/// Shows the form, where links can be mailed.
pub(crate) async fn show(visit: Visit) -> Answer {
    must_exist(&visit)?;
    let chrome = visit.bare_chrome();
    ok(&ForgotPage { chrome, email: String::new(), errors: FieldErrors::none() })
}

/// Has a link mailed, and says the same whether there is such a user or not.
pub(crate) async fn ask(visit: Visit, Form(fields): Form) -> Answer {
    must_exist(&visit)?;
    let email = fields.get("email").trim().to_owned();
    let asked = match fields.email() {
        Ok(_) => visit.directory().request_password_link(&email, visit.client.address).await,
        Err(error) => Err(error),
    };
    let mut chrome = visit.bare_chrome();
    match asked {
        Ok(()) => ok(&ForgotAnswerPage { chrome, email }),
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            refusal.tell(&mut chrome);
            let errors = refusal.errors.clone();
            Ok(refusal.page(&ForgotPage { chrome, email, errors }))
        }
    }
}

/// The page is only there where links can be mailed.
fn must_exist(visit: &Visit) -> Result<(), Problem> {
    if visit.directory().can_mail() {
        Ok(())
    } else {
        Err(Problem::of_status(StatusCode::NOT_FOUND))
    }
}
