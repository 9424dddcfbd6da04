//! The first-run set-up: whoever holds the code becomes the first admin.

use askama::Template;
use dqops_users_service::{ServiceError, SignedIn};

use super::{
    home,
    sign_in::{begin, with_session},
};
use crate::{
    fields::{Fields, SecretForm},
    refusal::Refusal,
    respond::{Answer, ok, see_other},
    views::{Chrome, FieldErrors, PasswordRule},
    visit::Visit,
};

/// `GET /setup`. Fields: `code`, `email`, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "set_up.html")]
pub(crate) struct SetUpPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The code, as typed before.
    pub(crate) code: String,
    /// The email, as typed before.
    pub(crate) email: String,
    /// The rule for passwords.
    pub(crate) password_rule: PasswordRule,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// Shows the form, while there is no admin.
pub(crate) async fn show(visit: Visit) -> Answer {
    if !visit.directory().needs_set_up().await? {
        return home::show(visit).await;
    }
    ok(&form(&visit, String::new(), String::new(), FieldErrors::none()))
}

/// Makes the first admin, and signs it in.
pub(crate) async fn set_up(visit: Visit, SecretForm(mut fields): SecretForm) -> Answer {
    match attempt(&visit, &mut fields).await {
        Ok(Some(begun)) => Ok(with_session(see_other("/users?done=set-up"), &begun, &visit)),
        Ok(None) => Ok(see_other("/login?notice=set-up")),
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            let (code, email) = (fields.get("code").to_owned(), fields.get("email").to_owned());
            let mut page = form(&visit, code, email, refusal.errors.clone());
            refusal.tell(&mut page.chrome);
            Ok(refusal.page(&page))
        }
    }
}

/// Makes the admin, and a session if that can be had: set up is set up.
async fn attempt(visit: &Visit, fields: &mut Fields) -> Result<Option<SignedIn>, ServiceError> {
    let code = fields.given("code").ok_or(ServiceError::MissingField("code"))?.to_owned();
    let email = fields.email()?;
    let password = fields.password("password")?;
    let password = password.ok_or(ServiceError::MissingField("password"))?;
    visit.directory().set_up_with_password(&code, &email, password.clone()).await?;
    Ok(begin(visit, email.as_str(), Some(password)).await.ok())
}

fn form(visit: &Visit, code: String, email: String, errors: FieldErrors) -> SetUpPage {
    let chrome = visit.bare_chrome();
    SetUpPage { chrome, code, email, password_rule: visit.password_rule(), errors }
}
