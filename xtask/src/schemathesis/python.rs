//! Schemathesis in a virtual environment under `target/`, made at the first use.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use xshell::cmd;

use super::FOLDER;
use crate::workspace;

/// The program, of the versions that the requirements name.
pub(super) fn program() -> Result<PathBuf> {
    let shell = workspace::shell()?;
    let folder = workspace::target()?.join("schemathesis-venv");
    let program = folder.join("bin/schemathesis");
    let requirements = workspace::root()?.join(FOLDER).join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let marker = folder.join("complete");
    if program.exists() && fs::read_to_string(&marker).is_ok_and(|made_of| made_of == wanted) {
        return Ok(program);
    }
    eprintln!("making {}", folder.display());
    let missing =
        "Python 3.10 or later with venv is needed (on Debian: apt-get install python3-venv)";
    cmd!(shell, "python3 -m venv --clear {folder}").quiet().run().context(missing)?;
    let pip = folder.join("bin/pip");
    cmd!(shell, "{pip} install --quiet --disable-pip-version-check --no-deps --only-binary :all: --requirement {requirements}")
        .quiet()
        .run()
        .context("schemathesis cannot be installed from the package index")?;
    fs::write(&marker, wanted)?;
    Ok(program)
}
