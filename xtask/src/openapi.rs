//! `cargo xtask openapi`: the committed document follows the code.

use std::fs;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::workspace;

const FILE: &str = "openapi.json";

pub(crate) fn run(check: bool) -> Result<()> {
    let shell = workspace::shell()?;
    let made = cmd!(shell, "cargo run --quiet --package dqops-users -- openapi").read()? + "\n";
    let file = workspace::root()?.join(FILE);
    if check {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        ensure!(made == committed, "{FILE} is not what the code says; run `cargo xtask openapi`");
        return Ok(());
    }
    Ok(fs::write(file, made)?)
}
