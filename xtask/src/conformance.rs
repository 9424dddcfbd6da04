//! `cargo xtask conformance`: the official Python clients against the release binary.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::{postgres::Server, workspace};

pub(crate) fn run() -> Result<()> {
    let shell = workspace::shell()?;
    cmd!(shell, "cargo build --release --package dqops-users").run()?;
    let server = Server::get()?;
    let target = workspace::target()?;
    cmd!(shell, "clients/conformance/run")
        .env("DQOPS_USERS_BINARY", target.join("release/dqops-users"))
        .env("CONFORMANCE_VENVS", target.join("conformance"))
        .env(crate::postgres::VARIABLE, &server.url)
        .run()
        .context("a client does not get what it expects")
}
