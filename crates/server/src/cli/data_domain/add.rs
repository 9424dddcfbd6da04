//! `data-domain add`

use anyhow::Result;
use dqops_users_domain::DataDomainName;
use serde_json::json;

use crate::cli::session::Session;

pub(super) async fn run(session: &Session, name: DataDomainName) -> Result<()> {
    session.directory.add_data_domain(&session.operator, name.clone()).await?;
    session.take_effect().await;
    session.output.done(&format!("added the data domain {name}"), &json!({"name": name}))
}
