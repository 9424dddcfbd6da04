//! `cargo xtask schemathesis`: the server, on both stores, against what openapi.json says of it.

mod python;
mod subject;

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use dqops_users_trust::{COUNTS, Ground, is_full, promise};
use serde_json::Value;
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};
use subject::{Running, Subject};

/// How to try.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Try a little of everything, in the development build
    #[arg(long)]
    quick: bool,
    /// Only this store
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    store: Option<String>,
}

/// Cases that are made up for each operation and phase.
const FEW: usize = 4;
const MANY: usize = 300;

/// Where its own code stands, and what it needs from the package index.
const FOLDER: &str = "clients/schemathesis";

fn build(quick: bool) -> Result<()> {
    let (_, public_key) = vendor::for_tests()?;
    let shell = workspace::shell()?;
    let release = (!quick).then_some("--release");
    cmd!(shell, "cargo build {release...} --package dqops-users")
        .env(vendor::BUILD_VARIABLE, public_key)
        .run()?;
    Ok(())
}

pub(crate) fn run(options: &Options) -> Result<()> {
    // Promises are tried a little or in full; by itself the task says so.
    let is_under_trust = std::env::var_os(COUNTS).is_some();
    let quick = options.quick || (is_under_trust && !is_full());
    // The tests of the promises built the program already.
    if !is_under_trust {
        build(quick)?;
    }
    let profile = if quick { "debug" } else { "release" };
    let binary = workspace::target()?.join(profile).join("dqops-users");
    let program = python::program()?;
    let server = Server::get()?;
    for (ground, name) in [(Ground::Sqlite, "sqlite"), (Ground::Postgres, "postgres")] {
        if options.store.as_deref().is_none_or(|store| store == name) {
            let subject =
                Subject::make(&binary, (ground == Ground::Postgres).then_some(&*server.url))?;
            let trial = promise("I4", "schemathesis, all phases", ground);
            let cases = try_on(&subject, &program, name, if quick { FEW } else { MANY });
            // A panic or nothing: an error alone would leave the promise as not shown.
            let cases = cases.unwrap_or_else(|error| panic!("{name}: {error:#}"));
            trial.tried(cases);
            println!("schemathesis: {cases} cases on {name}, and no fault");
        }
    }
    Ok(())
}

/// Tries all operations; answers with how many cases.
fn try_on(subject: &Subject, program: &Path, store: &str, examples: usize) -> Result<usize> {
    let running = subject.start()?;
    let root = workspace::root()?;
    let report = workspace::target()?.join("schemathesis").join(format!("{store}.json"));
    fs::create_dir_all(report.parent().context("the report has a folder")?)?;
    let status = Command::new(program)
        .args(["run", "--no-color", "--checks", "all", "--warnings", "off"])
        // No schema says all that a policy for passwords or the rules for emails say.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args(["--max-examples", &examples.to_string(), "--generation-database", "none"])
        .args(["--url", &format!("http://{}", running.address())])
        .args(["--header", &format!("Authorization: Bearer {}", subject.key())])
        .args(["--report", "json", "--report-json-path"])
        .arg(&report)
        .arg(root.join("openapi.json"))
        // What it keeps goes to where it works.
        .current_dir(report.parent().unwrap_or(&root))
        .env("PYTHONPATH", root.join(FOLDER))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Traffic stays on this machine.
        .envs([("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")])
        .status()
        .context("schemathesis does not start")?;
    ensure!(status.success(), "the server does not do what openapi.json says of it");
    must_be_well(subject, running)?;
    cases(&serde_json::from_str(&fs::read_to_string(&report)?)?)
}

fn must_be_well(subject: &Subject, running: Running) -> Result<()> {
    let log = running.stop()?;
    let fault = log.lines().find(|line| line.contains("panicked") || line.contains("ERROR"));
    if let Some(fault) = fault {
        bail!("the server found a fault in itself: {fault}");
    }
    subject.must_have_rights()
}

/// How many cases there were; all operations must have been among them.
fn cases(report: &Value) -> Result<usize> {
    let operations = &report["operations"];
    ensure!(operations["tested"] == operations["total"], "not all operations were tried");
    for phase in ["examples", "coverage", "fuzzing", "stateful"] {
        let status = &report["phases"][phase]["status"];
        ensure!(*status == "success", "the phase {phase} ended with {status}");
    }
    let cases = report["test_cases"]["generated"].as_u64().context("the report counts no cases")?;
    Ok(usize::try_from(cases)?)
}
