//! Setting a password by a one-time link.

use askama::Template;
use dqops_users_service::ServiceError;

use crate::{
    fields::SecretForm,
    path::LinkToken,
    refusal::Refusal,
    respond::{Answer, ok, see_other},
    views::{Chrome, FieldErrors, Moment, PasswordRule},
    visit::Visit,
};

/// `GET /password/{token}`. Field: `password`; it is posted to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "password_link.html")]
pub(crate) struct PasswordLinkPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// Whose password it is.
    pub(crate) email: String,
    /// Until when the link works.
    pub(crate) until: Moment,
    /// The rule for passwords.
    pub(crate) password_rule: PasswordRule,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// The answer where a link was used, revoked, replaced or ran out. Where mail is configured, the page
/// offers to mail a new one.
#[derive(Clone, Debug, Template)]
#[template(path = "password_link_gone.html")]
pub(crate) struct PasswordLinkGonePage {
    /// The frame.
    pub(crate) chrome: Chrome,
}

/// Shows whose password the link sets. It uses nothing up: programs that scan mail open links.
pub(crate) async fn show(visit: Visit, LinkToken(token): LinkToken) -> Answer {
    match form(&visit, &token).await {
        Ok(page) => ok(&page),
        Err(error) => gone(&visit, error),
    }
}

/// Sets the password, and uses the link up.
pub(crate) async fn set(
    visit: Visit,
    LinkToken(token): LinkToken,
    SecretForm(mut fields): SecretForm,
) -> Answer {
    let set = match fields.password("password") {
        Ok(password) => {
            let address = visit.client.address;
            visit.directory().redeem_password_link(&token, password, address).await
        }
        Err(error) => Err(error),
    };
    let error = match set {
        Ok(_) => return Ok(see_other("/login?notice=password-set")),
        Err(error @ ServiceError::PasswordLinkNotFound) => return gone(&visit, error),
        Err(error) => error,
    };
    let mut refusal = Refusal::of(error)?;
    match form(&visit, &token).await {
        Ok(mut page) => {
            page.errors = refusal.errors.clone();
            refusal.tell(&mut page.chrome);
            Ok(refusal.page(&page))
        }
        Err(error) => gone(&visit, error),
    }
}

async fn form(visit: &Visit, token: &str) -> Result<PasswordLinkPage, ServiceError> {
    let (email, link) = visit.directory().look_at_password_link(token).await?;
    Ok(PasswordLinkPage {
        chrome: visit.bare_chrome(),
        email: email.as_str().to_owned(),
        until: link.expires_at.into(),
        password_rule: visit.password_rule(),
        errors: FieldErrors::none(),
    })
}

fn gone(visit: &Visit, error: ServiceError) -> Answer {
    let refusal = Refusal::of(error)?;
    Ok(refusal.page(&PasswordLinkGonePage { chrome: visit.bare_chrome() }))
}
