//! `cargo xtask conformance`: the official Python clients against the release binary.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};

pub(crate) fn run() -> Result<()> {
    let shell = workspace::shell()?;
    let (_, public_key) = vendor::for_tests()?;
    // The same build as for the browser's tests.
    cmd!(shell, "cargo build --release --package dqops-users")
        .env(vendor::BUILD_VARIABLE, public_key)
        .run()?;
    let server = Server::get()?;
    let target = workspace::target()?;
    cmd!(shell, "clients/conformance/run")
        .env("DQOPS_USERS_BINARY", target.join("release/dqops-users"))
        .env("CONFORMANCE_VENVS", target.join("conformance"))
        .env(crate::postgres::VARIABLE, &server.url)
        .run()
        .context("a client does not get what it expects")
}
