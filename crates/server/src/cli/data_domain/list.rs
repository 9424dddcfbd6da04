//! `data-domain list`

use anyhow::Result;

use crate::cli::session::Session;

pub(super) async fn run(session: &Session) -> Result<()> {
    let names = session.directory.data_domains(&session.operator).await?;
    session.output.rows(&names, &["data domain"], |name| vec![name.to_string()])
}
