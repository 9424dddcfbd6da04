//! `licence install`

use std::io::Read as _;

use anyhow::{Context as _, Result};

use super::Source;
use crate::cli::{input, session::Session};

/// Bytes of a licence file that are read at the most.
const MAX_FILE: u64 = 16 * 1024;

pub(super) async fn run(session: &Session, source: Source) -> Result<()> {
    let mut token = source.token.unwrap_or_default();
    if let Some(file) = source.file {
        let read = input::open(&file)?.take(MAX_FILE).read_to_string(&mut token);
        read.with_context(|| format!("cannot read {}", file.display()))?;
    }
    let licence = session.directory.install_licence(&session.operator, &token).await?;
    session.take_effect().await;
    let claims = licence.claims();
    let until = claims.expires_at.map_or_else(
        || "without expiry".to_owned(),
        |end| format!("until {}", end.strftime("%Y-%m-%d")),
    );
    let kind = claims.licence_type;
    let sentence =
        format!("installed {kind} for {}, {} seats, {until}", claims.customer, licence.seats());
    session.output.done(&sentence, claims)
}
