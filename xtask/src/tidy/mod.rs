//! `cargo xtask tidy`: what the compiler does not check.

mod arrows;
mod migrations;
mod modules;

use anyhow::{Result, bail};

/// One thing that is not as it should be, and where.
type Fault = String;

pub(crate) fn run() -> Result<()> {
    let mut faults = arrows::check()?;
    faults.extend(modules::check()?);
    faults.extend(migrations::check()?);
    for fault in &faults {
        eprintln!("{fault}");
    }
    match faults.len() {
        0 => Ok(()),
        count => bail!("{count} things are not tidy"),
    }
}
