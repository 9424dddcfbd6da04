//! `user delete`

use anyhow::Result;
use dqops_users_domain::Email;
use serde_json::json;

use crate::cli::session::Session;

pub(super) async fn run(session: &Session, email: Email) -> Result<()> {
    session.directory.delete_user(&session.operator, &email, None).await?;
    session.take_effect().await;
    session.output.done(&format!("deleted {email}"), &json!({"email": email}))
}
