//! Every module begins with a line that says what it is.

use std::{fs, path::Path};

use anyhow::Result;
use xshell::cmd;

use super::Fault;
use crate::workspace;

/// Lines of a file that want no reason.
const MANY_LINES: usize = 400;

pub(super) fn check() -> Result<Vec<Fault>> {
    let shell = workspace::shell()?;
    let root = workspace::root()?;
    let files = cmd!(shell, "git ls-files --cached --others --exclude-standard *.rs").read()?;
    let mut faults = Vec::new();
    for name in files.lines().filter(|name| Path::new(&root.join(name)).exists()) {
        let text = fs::read_to_string(root.join(name))?;
        if !text.starts_with("//! ") {
            faults.push(format!("{name}: the first line is not a `//!` that says what it is"));
        }
        let lines = text.lines().count();
        if lines > MANY_LINES {
            faults.push(format!(
                "{name}: {lines} lines; more than {MANY_LINES} hide more than one thing"
            ));
        }
    }
    Ok(faults)
}
