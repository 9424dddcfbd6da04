//! `migrate`

use anyhow::Result;
use serde_json::json;

use super::session::Session;

/// Opening the database has done it.
pub(super) async fn run(session: &Session) -> Result<()> {
    session.directory.check_health().await?;
    session.output.done("the schema is up to date", &json!({"upToDate": true}))
}
