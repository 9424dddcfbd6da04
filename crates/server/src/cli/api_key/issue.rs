//! `api-key issue`

use anyhow::Result;
use dqops_users_domain::Email;
use dqops_users_service::{KeyLifetime, NewKey};
use serde_json::json;

use crate::cli::{output, session::Session};

pub(super) async fn run(
    session: &Session,
    email: Email,
    name: String,
    lifetime: KeyLifetime,
) -> Result<()> {
    let wanted = NewKey { owner: Some(email.clone()), name, lifetime };
    let issued = session.directory.issue_api_key(&session.operator, wanted).await?;
    let (token, key) = (issued.token.expose(), &issued.key);
    if session.output.json {
        return output::print_json(&json!({
            "id": key.id, "email": email, "name": key.name, "createdAt": key.created_at, "expiresAt": key.expires_at, "apiKey": token,
        }));
    }
    let until = key.expires_at.map_or_else(
        || "holds until it is revoked".to_owned(),
        |end| format!("holds until {}", end.strftime("%Y-%m-%d")),
    );
    output::remark(&format!("API key {} of {email}, {until}; it is not shown again:", key.id.0));
    output::print(&format!("{token}\n"))
}
