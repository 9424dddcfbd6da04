//! Builds the tests of the promises, and says where their programs are.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use serde_json::Value;
use xshell::cmd;

use super::{
    Surroundings,
    promises::{PARTS, Run},
};
use crate::{vendor, workspace};

/// A test program.
pub(super) struct Program {
    pub(super) file: PathBuf,
    /// The folder of its package, in which it runs.
    pub(super) folder: PathBuf,
}

/// The program of each package and target.
pub(super) type Programs = BTreeMap<(String, String), Program>;

/// Builds the tests of all promises, whichever are wanted: of other packages the dependencies would have
/// other features, and be built anew.
pub(super) fn build(quick: bool, surroundings: &Surroundings) -> Result<Programs> {
    let promises = PARTS.iter().flat_map(|(_, promises)| *promises);
    let runs = promises.flat_map(|promise| promise.runs);
    let packages: BTreeSet<_> = runs
        .filter_map(|run| match run {
            Run::Tests { package, .. } => Some(["--package", package]),
            Run::Task(_) => None,
        })
        .collect();
    let shell = workspace::shell()?;
    let args = packages.into_iter().flatten();
    let release = (!quick).then_some("--release");
    let messages = cmd!(
        shell,
        "cargo test --no-run --locked --message-format json-render-diagnostics {release...} {args...}"
    )
    .env(vendor::BUILD_VARIABLE, &surroundings.public_key)
    .read()
    .context("the tests do not build")?;
    messages.lines().filter_map(|line| program(line).transpose()).collect()
}

/// The test program that a message of cargo names, if it does.
fn program(line: &str) -> Result<Option<((String, String), Program)>> {
    let message: Value = serde_json::from_str(line)?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (Some(file), true) = (text(&message["executable"]), message["profile"]["test"] == true)
    else {
        return Ok(None);
    };
    let manifest = PathBuf::from(text(&message["manifest_path"]).context("a manifest")?);
    let folder = manifest.parent().context("the folder of a manifest")?.to_owned();
    let package = manifest_name(&manifest)?;
    let is_library = message["target"]["kind"]
        .as_array()
        .is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"));
    let target = if is_library { Some("lib".to_owned()) } else { text(&message["target"]["name"]) };
    let target = target.context("the name of a target")?;
    Ok(Some(((package, target), Program { file: file.into(), folder })))
}

/// The package's name, which a manifest says in its first lines.
fn manifest_name(manifest: &std::path::Path) -> Result<String> {
    let text = std::fs::read_to_string(manifest)?;
    let name = text.lines().find_map(|line| line.strip_prefix("name = "));
    Ok(name.context("a package has a name")?.trim_matches('"').to_owned())
}
