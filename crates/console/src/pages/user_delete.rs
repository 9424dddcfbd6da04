//! The confirmation before a user is deleted.

use askama::Template;
use dqops_users_domain::{Email, Permission};
use dqops_users_service::{Caller, ServiceError};

use crate::{
    fields::Form,
    pages::user::Deletion,
    path::UserPath,
    refusal::Refusal,
    respond::{Answer, ok, see_other},
    views::{Chrome, FieldErrors, Section},
    visit::{SignedIn, Visit},
};

/// `GET /users/{email}/delete`. Field: `confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "user_delete.html")]
pub(crate) struct UserDeletePage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// Who would be deleted.
    pub(crate) email: String,
    /// What it does, and why it cannot be done.
    pub(crate) deletion: Deletion,
    /// What may surprise: "This is you: …".
    pub(crate) warning: Option<String>,
    /// What was typed before.
    pub(crate) confirm: String,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// Shows what deleting does, and asks for the email.
pub(crate) async fn show(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
) -> Answer {
    ok(&build(&visit, &caller, &email).await?)
}

/// Deletes the user whose email was typed.
pub(crate) async fn delete(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    Form(fields): Form,
) -> Answer {
    let deleted = if fields.read::<Email>("confirm").as_ref() == Some(&email) {
        visit.directory().delete_user(&caller, &email, None).await
    } else {
        caller.must(Permission::ManageAccount)?;
        Err(ServiceError::invalid("confirm", &format!("type {email} to delete this user")))
    };
    let error = match deleted {
        Ok(()) => return Ok(see_other("/users?done=deleted")),
        Err(error) => error,
    };
    let mut refusal = Refusal::of(error)?;
    let mut page = build(&visit, &caller, &email).await?;
    page.confirm = fields.get("confirm").to_owned();
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}

async fn build(
    visit: &Visit,
    caller: &Caller,
    email: &Email,
) -> Result<UserDeletePage, ServiceError> {
    let directory = visit.directory();
    let outlook = directory.user_outlook(caller, email).await?;
    let keys = directory.api_keys(caller, Some(email)).await?;
    let sessions = directory.sessions(caller, Some(email)).await?;
    Ok(UserDeletePage {
        chrome: visit.chrome(Section::Users),
        email: email.as_str().to_owned(),
        deletion: Deletion::of(&outlook, keys.len(), sessions.len()),
        warning: outlook.is_caller.then(|| YOURSELF.to_owned()),
        confirm: String::new(),
        errors: FieldErrors::none(),
    })
}

const YOURSELF: &str = "This is you: you are out as soon as it is done.";
