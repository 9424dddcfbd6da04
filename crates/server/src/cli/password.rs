//! Asking for a new password: hidden on a terminal, else a line of standard input.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result, bail, ensure};
use dqops_users_domain::Password;

/// Bytes of standard input that are read at the most.
const MAX_INPUT: u64 = 4096;

/// Asks for a new password.
pub(super) fn ask(whose: &str) -> Result<Password> {
    let text = if io::stdin().is_terminal() { type_twice(whose)? } else { read_input()? };
    Password::new(text).context("this cannot be a password")
}

fn type_twice(whose: &str) -> Result<String> {
    let first = rpassword::prompt_password(format!("New password for {whose}: "))
        .context("cannot read a password from the terminal")?;
    let second = rpassword::prompt_password("Once more: ")
        .context("cannot read a password from the terminal")?;
    ensure!(first == second, "the two passwords differ; nothing was changed");
    Ok(first)
}

fn read_input() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(MAX_INPUT)
        .read_to_string(&mut text)
        .context("cannot read the password from standard input")?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("no password came on standard input");
    }
    Ok(line.to_owned())
}
