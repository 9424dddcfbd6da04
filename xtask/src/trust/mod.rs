//! `cargo xtask trust`: tries every promise with its full count, and writes `TRUST.md`.

mod build;
mod page;
mod promises;
mod quick;
mod record;
mod trial;

use std::io::IsTerminal as _;

use anyhow::{Result, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{postgres::Server, vendor, workspace};
use promises::{PARTS, Promise};
use record::Record;

/// How to try.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Only these promises: P1, D5, …; the others keep their lines in TRUST.md
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Try a little of everything, in the development build: the whole ordinary test run; TRUST.md stays as
    /// it is
    #[arg(long)]
    quick: bool,
    /// Try nothing: write TRUST.md from what earlier runs on this machine found
    #[arg(long, conflicts_with = "quick")]
    page: bool,
}

/// What the tests need beside the code.
struct Surroundings {
    key_file: std::path::PathBuf,
    public_key: String,
    postgres: Server,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.page {
        return page::write(&Record::all()?);
    }
    if options.quick && options.only.is_empty() {
        return quick::run();
    }
    let wanted = wanted(options)?;
    let (key_file, public_key) = vendor::for_tests()?;
    let surroundings = Surroundings { key_file, public_key, postgres: Server::get()? };
    let programs = build::build(options.quick, &surroundings)?;
    for promise in &wanted {
        trial::must_have_tests(promise, &programs)?;
    }
    let commit = commit()?;
    let bar = bar(wanted.len());
    let mut records = Vec::new();
    for promise in wanted {
        bar.set_message(format!("{} {}", promise.id, promise.says));
        let record = trial::try_it(promise, &programs, options.quick, &surroundings, &commit)?;
        for line in record.lines(promise) {
            bar.suspend(|| eprintln!("{line}"));
        }
        if !options.quick {
            record.keep()?;
        }
        records.push(record);
        bar.inc(1);
    }
    bar.finish_and_clear();
    page::print(&records);
    if !options.quick {
        page::write(&Record::all()?)?;
    }
    judge(&records)
}

/// Fails if a promise is broken, or if one was not tried where it must be; what this machine cannot try is
/// told.
fn judge(records: &[Record]) -> Result<()> {
    let (mut broken, mut untried) = (Vec::new(), Vec::new());
    for (promise, record) in records.iter().filter_map(|record| Some((record.promise()?, record))) {
        for sum in record.sums(promise) {
            let which = format!("{} on {}", promise.id, record::name(sum.ground));
            for hindrance in &sum.hindrances {
                eprintln!("not shown: {which}: {hindrance}");
            }
            if sum.broken > 0 {
                broken.push(which);
            } else if sum.reports == 0 {
                untried.push(which);
            }
        }
    }
    ensure!(broken.is_empty(), "broken: {}; the logs stand in target/trust", broken.join(", "));
    ensure!(untried.is_empty(), "no test tried {}", untried.join(", "));
    Ok(())
}

fn wanted(options: &Options) -> Result<Vec<&'static Promise>> {
    let all = || PARTS.iter().flat_map(|(_, promises)| *promises);
    for id in &options.only {
        if !all().any(|promise| promise.id == id) {
            let known: Vec<_> = all().map(|promise| promise.id).collect();
            bail!("there is no promise {id}; there are {}", known.join(", "));
        }
    }
    let is_wanted = |promise: &&Promise| {
        options.only.is_empty() || options.only.iter().any(|id| id == promise.id)
    };
    Ok(all().filter(is_wanted).collect())
}

/// The commit that is tried, marked where files differ from it.
fn commit() -> Result<String> {
    let shell = workspace::shell()?;
    Ok(xshell::cmd!(shell, "git describe --always --dirty --abbrev=10").quiet().read()?)
}

fn bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {wide_msg}");
    let bar = ProgressBar::new(length as u64);
    bar.enable_steady_tick(std::time::Duration::from_secs(1));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
