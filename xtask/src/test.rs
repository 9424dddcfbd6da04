//! `cargo xtask test`: all tests on both stores.

use std::ffi::OsStr;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};

pub(crate) fn run(args: &[String]) -> Result<()> {
    run_with(args, &[])
}

/// The same with a further environment.
pub(crate) fn run_with(args: &[String], environment: &[(&str, &OsStr)]) -> Result<()> {
    let (key_file, public_key) = vendor::for_tests()?;
    let server = Server::get()?;
    let which = if server.is_private() { "a private Postgres" } else { "the Postgres given" };
    eprintln!("testing on SQLite and on {which}");
    let shell = workspace::shell()?;
    let chosen = args.iter().any(|arg| arg == "-p" || arg.starts_with("--package"));
    let all = (!chosen).then_some("--workspace");
    cmd!(shell, "cargo test --no-fail-fast {all...} {args...}")
        .envs(server.environment())
        .envs(environment.iter().copied())
        .env(vendor::BUILD_VARIABLE, public_key)
        .env(vendor::TEST_VARIABLE, key_file)
        .run()
        .context("some tests failed")
}
