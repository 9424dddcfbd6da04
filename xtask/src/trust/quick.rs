//! `cargo xtask trust --quick`: the whole ordinary test run and the tasks beside it, and what they say of
//! each promise.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use dqops_users_trust::{COUNTS, REPORT, Report};

use super::{
    commit, judge, page,
    promises::{PARTS, Run},
    record::Record,
};
use crate::{test, workspace};

pub(super) fn run() -> Result<()> {
    let file = Record::folder()?.join("quick.reports");
    fs::write(&file, "")?;
    let mut outcomes = vec![test::run_with(&[], &environment(&file))];
    for promise in PARTS.iter().flat_map(|(_, promises)| *promises) {
        for run in promise.runs {
            if let Run::Task(args) = run {
                outcomes.push(task(args, &file));
            }
        }
    }
    let records = records(&Report::all_in(&fs::read_to_string(&file)?)?)?;
    page::print(&records);
    outcomes.into_iter().collect::<Result<()>>()?;
    judge(&records)
}

fn environment(file: &Path) -> [(&'static str, &std::ffi::OsStr); 2] {
    [(COUNTS, "ordinary".as_ref()), (REPORT, file.as_os_str())]
}

fn task(args: &[&str], file: &Path) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(args).envs(environment(file)).current_dir(workspace::root()?);
    let task = args.join(" ");
    let status = command.status().with_context(|| format!("cannot run {task}"))?;
    ensure!(status.success(), "{task} ended with {status}");
    Ok(())
}

/// One for each promise, also for those of which nothing was reported.
fn records(reports: &[Report]) -> Result<Vec<Record>> {
    let (commit, day) = (commit()?, jiff::Zoned::now().date().to_string());
    let promises = PARTS.iter().flat_map(|(_, promises)| *promises);
    let record = |id: &str| Record {
        id: id.to_owned(),
        commit: commit.clone(),
        day: day.clone(),
        reports: reports.iter().filter(|report| report.id == id).cloned().collect(),
    };
    Ok(promises.map(|promise| record(promise.id)).collect())
}
