//! `user password-link`

use anyhow::Result;
use dqops_users_domain::Email;
use serde_json::json;

use crate::{
    cli::{output, session::Session},
    public_url::PublicUrl,
};

pub(super) async fn issue(session: &Session, email: Email) -> Result<()> {
    let issued = session.directory.issue_password_link(&session.operator, &email).await?;
    let (token, end) = (issued.token.expose(), issued.link.expires_at);
    let link = format!("{}{token}", session.link_base);
    if session.output.json {
        return output::print_json(&json!({"email": email, "link": link, "expiresAt": end}));
    }
    let until = end.strftime("%Y-%m-%d %H:%M UTC");
    output::remark(&format!(
        "Password link of {email}, works once and until {until}; it is not shown again:"
    ));
    output::print(&format!("{link}\n"))?;
    if session.link_base == PublicUrl::local_link_base() {
        output::remark(
            "It begins with the address of this machine: set DQOPS_USERS_PUBLIC_URL to the one that people use.",
        );
    }
    Ok(())
}

pub(super) async fn revoke(session: &Session, email: Email) -> Result<()> {
    session.directory.revoke_password_link(&session.operator, &email).await?;
    let sentence = format!("revoked the password link of {email}");
    session.output.done(&sentence, &json!({"email": email}))
}
