//! `licence remove`

use anyhow::Result;
use serde_json::json;

use crate::cli::session::Session;

pub(super) async fn run(session: &Session) -> Result<()> {
    session.directory.remove_licence(&session.operator).await?;
    session.take_effect().await;
    session.output.done("removed the licence", &json!({"removed": true}))
}
