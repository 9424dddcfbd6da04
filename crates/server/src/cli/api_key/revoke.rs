//! `api-key revoke`

use anyhow::Result;
use dqops_users_domain::ApiKeyId;
use serde_json::json;
use uuid::Uuid;

use crate::cli::session::Session;

pub(super) async fn run(session: &Session, id: Uuid) -> Result<()> {
    session.directory.revoke_api_key(&session.operator, ApiKeyId(id)).await?;
    session.take_effect().await;
    session.output.done(&format!("revoked {id}"), &json!({"id": id}))
}
