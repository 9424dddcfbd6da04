//! `api-key list`

use anyhow::Result;
use dqops_users_domain::{ApiKeyId, Email};
use dqops_users_service::OwnedKey;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::session::Session;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrintedKey {
    id: ApiKeyId,
    email: Email,
    name: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

impl From<OwnedKey> for PrintedKey {
    fn from(owned: OwnedKey) -> Self {
        Self {
            id: owned.key.id,
            email: owned.owner,
            name: owned.key.name,
            created_at: owned.key.created_at,
            expires_at: owned.key.expires_at,
            last_used_at: owned.key.last_used_at,
        }
    }
}

pub(super) async fn run(session: &Session, email: Option<&Email>) -> Result<()> {
    let keys = session.directory.api_keys(&session.operator, email).await?;
    let keys: Vec<PrintedKey> = keys.into_iter().map(PrintedKey::from).collect();
    session.output.rows(&keys, &["id", "email", "name", "created", "expires", "used"], |key| {
        let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
        vec![
            key.id.0.to_string(),
            key.email.to_string(),
            key.name.clone(),
            day(key.created_at),
            key.expires_at.map_or_else(|| "never".to_owned(), day),
            key.last_used_at.map_or_else(|| "never".to_owned(), day),
        ]
    })
}
