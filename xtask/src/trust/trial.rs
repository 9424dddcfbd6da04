//! Tries one promise: runs its tests, and gathers what they report.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::{Command, ExitStatus},
};

use anyhow::{Context as _, Result, ensure};
use dqops_users_trust::{COUNTS, Ground, Outcome, REPORT, Report};

use super::{
    Surroundings,
    build::{Program, Programs},
    promises::{Promise, Run},
    record::Record,
};
use crate::{vendor, workspace};

pub(super) fn try_it(
    promise: &Promise,
    programs: &Programs,
    quick: bool,
    surroundings: &Surroundings,
    commit: &str,
) -> Result<Record> {
    let folder = Record::folder()?;
    // A file for each promise: two may be tried beside each other.
    let reports = folder.join(format!("{}.reports", promise.id));
    fs::write(&reports, "")?;
    let mut log = File::create(folder.join(format!("{}.log", promise.id)))?;
    let mut failures = Vec::new();
    for run in promise.runs {
        let mut command = command(run, programs)?;
        command
            .env(COUNTS, if quick { "ordinary" } else { "full" })
            .env(REPORT, &reports)
            .envs(surroundings.postgres.environment())
            .env(vendor::BUILD_VARIABLE, &surroundings.public_key)
            .env(vendor::TEST_VARIABLE, &surroundings.key_file);
        writeln!(log, "{command:?}")?;
        let (stdout, stderr) = (log.try_clone()?, log.try_clone()?);
        let status = command.stdout(stdout).stderr(stderr).status()?;
        failures.extend(failure(run, status));
    }
    let mut reports = Report::all_in(&fs::read_to_string(&reports)?)?;
    reports.retain(|report| report.id == promise.id);
    if !reports.iter().any(|report| report.outcome == Outcome::Broken) {
        reports.extend(failures.into_iter().map(|what| unreported(promise, what)));
    }
    let day = jiff::Zoned::now().date().to_string();
    Ok(Record { id: promise.id.to_owned(), commit: commit.to_owned(), day, reports })
}

fn command(run: &Run, programs: &Programs) -> Result<Command> {
    match run {
        Run::Tests { package, target, names, one_by_one } => {
            let program = program(package, target, programs)?;
            let mut command = Command::new(&program.file);
            command.args(*names).current_dir(&program.folder);
            if *one_by_one {
                command.arg("--test-threads=1");
            }
            Ok(command)
        }
        Run::Task(args) => {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(*args).current_dir(workspace::root()?);
            Ok(command)
        }
    }
}

fn program<'p>(package: &str, target: &str, programs: &'p Programs) -> Result<&'p Program> {
    let found = programs.get(&(package.to_owned(), target.to_owned()));
    found.with_context(|| format!("{package} has no test target {target}"))
}

/// A test that was renamed must not look like one that held.
pub(super) fn must_have_tests(promise: &Promise, programs: &Programs) -> Result<()> {
    for run in promise.runs {
        if let Run::Tests { package, target, names, .. } = run {
            let program = program(package, target, programs)?;
            names.iter().try_for_each(|name| must_exist(program, name))?;
        }
    }
    Ok(())
}

fn must_exist(program: &Program, name: &str) -> Result<()> {
    let mut command = Command::new(&program.file);
    let listed = command.args([name, "--list"]).current_dir(&program.folder).output()?;
    let listed = String::from_utf8_lossy(&listed.stdout);
    let file = Path::new(&program.file).display();
    ensure!(listed.contains(": test"), "no test of {file} is called {name}");
    Ok(())
}

fn failure(run: &Run, status: ExitStatus) -> Option<String> {
    let what = match run {
        Run::Tests { names, .. } => names.join(" "),
        Run::Task(args) => args.join(" "),
    };
    (!status.success()).then(|| format!("{what} ended with {status}"))
}

/// A test that failed without a report of it: an abort, or a panic before the promise began.
fn unreported(promise: &Promise, what: String) -> Report {
    Report {
        id: promise.id.to_owned(),
        what,
        ground: promise.on.grounds().first().copied().unwrap_or(Ground::None),
        tried: 0,
        outcome: Outcome::Broken,
        figures: Vec::new(),
        seconds: 0.0,
    }
}
