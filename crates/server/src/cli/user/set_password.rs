//! `user set-password`

use anyhow::Result;
use dqops_users_domain::Email;
use serde_json::json;

use crate::cli::{password, session::Session};

pub(super) async fn run(session: &Session, email: Email) -> Result<()> {
    // Looked up before anybody types a password for nothing.
    session.directory.get_user(&session.operator, &email).await?;
    let password = password::ask(email.as_str())?;
    session.directory.change_user_password(&session.operator, &email, Some(password)).await?;
    session.output.done(&format!("set the password of {email}"), &json!({"email": email}))
}
