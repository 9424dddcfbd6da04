//! `cargo xtask browser`: the console in a browser, against the release binary.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};

pub(crate) fn run(args: &[String]) -> Result<()> {
    let (key_file, public_key) = vendor::for_tests()?;
    let shell = workspace::shell()?;
    let target = workspace::target()?;
    // It pins the key of tests; a later build without it pins the vendor's again.
    cmd!(shell, "cargo build --release --package dqops-users")
        .env(vendor::BUILD_VARIABLE, public_key)
        .run()?;
    let server = Server::get()?;
    cmd!(shell, "crates/console/tests/browser/run {args...}")
        .env("DQOPS_USERS_BINARY", target.join("release/dqops-users"))
        .env("BROWSER_VENV", target.join("browser-venv"))
        .env(crate::postgres::VARIABLE, &server.url)
        .env(vendor::TEST_VARIABLE, key_file)
        .run()
        .context("the console does not do what it should in a browser")
}
