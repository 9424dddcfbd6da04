//! `openapi`

use anyhow::{Context as _, Result};

use super::output;

pub(super) fn run() -> Result<()> {
    let document = dqops_users_http::openapi_document();
    let text = document.to_pretty_json().context("cannot write JSON")?;
    output::print(&format!("{text}\n"))
}
