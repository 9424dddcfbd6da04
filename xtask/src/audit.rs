//! `cargo xtask audit`: dependencies against the advisories of RustSec, and their licences against
//! deny.toml. With a database that is there already it needs no internet.

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use rustsec::{Database, Lockfile, Report, advisory::Informational, report::Settings};
use serde_json::Value;
use spdx::Expression;
use xshell::cmd;

use crate::workspace;

/// The environment that names a folder with the advisory database.
const VARIABLE: &str = "ADVISORY_DB";

/// Where the database is fetched from when none is named.
const SOURCE: &str = "https://github.com/RustSec/advisory-db";

/// Against what to judge.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// A folder with the advisory database; without it one is fetched
    #[arg(long, env = VARIABLE)]
    db: Option<PathBuf>,
    /// Do without advisories, and say so, where there is no database and none can be fetched
    #[arg(long)]
    if_there: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut faults = licences()?;
    match database(options) {
        Ok(database) => faults.extend(advisories(&database)?),
        Err(error) if options.if_there => {
            println!("advisories: not judged, {error:#}");
        }
        Err(error) => return Err(error),
    }
    if faults.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).add_rows(&faults);
    println!("{table}");
    bail!("{} faults in the dependencies", faults.len())
}

/// A fault: which package, and what is wrong with it.
type Fault = [String; 2];

fn database(options: &Options) -> Result<Database> {
    let folder = match &options.db {
        Some(folder) => folder.clone(),
        None => fetched()?,
    };
    let missing = || format!("{} holds no advisory database", folder.display());
    ensure!(folder.join("crates").is_dir(), missing());
    Database::open(&folder).with_context(missing)
}

/// The database as of now, or the one of an earlier time where it cannot be reached.
fn fetched() -> Result<PathBuf> {
    let shell = workspace::shell()?;
    let folder = workspace::target()?.join("advisory-db");
    let done = if folder.exists() {
        let git = |args: &[&str]| {
            cmd!(shell, "git -C {folder} {args...} --quiet").quiet().ignore_stderr().run()
        };
        git(&["fetch", "--depth", "1", "origin", "HEAD"])
            .and_then(|()| git(&["reset", "--hard", "FETCH_HEAD"]))
    } else {
        cmd!(shell, "git clone --quiet --depth 1 {SOURCE} {folder}").quiet().ignore_stderr().run()
    };
    if done.is_err() {
        ensure!(
            folder.exists(),
            "there is no advisory database: {SOURCE} cannot be reached, and {VARIABLE} names no folder with a copy of it"
        );
        eprintln!("the advisory database is not the newest: {SOURCE} cannot be reached");
    }
    Ok(folder)
}

fn advisories(database: &Database) -> Result<Vec<Fault>> {
    let lockfile = Lockfile::load(workspace::root()?.join("Cargo.lock"))?;
    let settings = Settings {
        informational_warnings: vec![Informational::Unmaintained, Informational::Unsound],
        ..Settings::default()
    };
    let report = Report::generate(database, &lockfile, &settings);
    for warning in report.warnings.values().flatten() {
        let title = warning.advisory.as_ref().map_or("", |advisory| &advisory.title);
        let (name, version) = (&warning.package.name, &warning.package.version);
        println!("warning: {name} {version}: {} {title}", warning.kind.as_str());
    }
    let count = database.iter().count();
    println!("advisories: {} packages against {count}", lockfile.packages.len());
    let found = report.vulnerabilities.list.iter().map(|found| {
        let package = format!("{} {}", found.package.name, found.package.version);
        [package, format!("{}: {}", found.advisory.id, found.advisory.title)]
    });
    Ok(found.collect())
}

/// What of deny.toml needs no database: licences, and packages that must not be there.
fn licences() -> Result<Vec<Fault>> {
    let rules: toml::Table = toml::from_str(&fs::read_to_string(rules()?)?)?;
    let allowed: BTreeSet<_> = texts(&rules["licenses"]["allow"]).collect();
    let denied = rules["bans"]["deny"].as_array().into_iter().flatten();
    let denied: BTreeSet<_> = denied.filter_map(|ban| ban["crate"].as_str()).collect();
    let (shell, format) = (workspace::shell()?, "{p}");
    let metadata: Value = serde_json::from_str(
        &cmd!(shell, "cargo metadata --format-version 1 --locked --quiet").read()?,
    )?;
    // Metadata lists optional packages too that no feature takes in; the tree does not.
    let tree = cmd!(
        shell,
        "cargo tree --workspace --all-features --locked --quiet --prefix none --format {format}"
    )
    .read()?;
    let taken_in: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if denied.contains(name) && taken_in.contains(name) {
            faults.push([name.to_owned(), "is banned by deny.toml".to_owned()]);
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            faults.push([name.to_owned(), format!("its licence is not allowed: {licence:?}")]);
        }
    }
    println!("licences: {} packages", packages.len());
    Ok(faults)
}

fn rules() -> Result<PathBuf> {
    Ok(workspace::root()?.join("deny.toml"))
}

fn texts(value: &toml::Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(toml::Value::as_str)
}

/// Whether what is allowed satisfies the licence; an exception takes nothing away.
fn is_allowed(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|wanted| {
            wanted.license.id().is_some_and(|licence| allowed.contains(licence.name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_allowed_if_one_of_its_choices_is() {
        let allowed = BTreeSet::from(["MIT", "Apache-2.0"]);
        for licence in ["MIT", "MIT OR GPL-3.0-only", "MIT/Apache-2.0", "(MIT AND Apache-2.0)"] {
            assert!(is_allowed(licence, &allowed), "{licence}");
        }
        for licence in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "custom"] {
            assert!(!is_allowed(licence, &allowed), "{licence}");
        }
    }
}
