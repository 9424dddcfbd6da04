//! `cargo xtask bench`: the release server beside a bare one that answers the same bytes.

mod ceiling;
mod hashing;
mod load;
mod pages;
mod report;
mod runs;
mod subject;

use anyhow::{Context as _, Result};
use clap::Args;
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};

pub(crate) use ceiling::{CeilingOptions, serve as serve_ceiling};

/// How to measure.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Rounds of each measurement; both servers are measured in each
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds that one server is driven in a round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Only these measurements: read, list, pages, hashing, start
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only these stores: sqlite, postgres
    #[arg(long, value_delimiter = ',')]
    stores: Vec<String>,
}

impl Options {
    fn wants(&self, measurement: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == measurement)
    }

    fn stores(&self) -> Vec<subject::Store> {
        use subject::Store::{Postgres, Sqlite};
        let wanted = |store: &subject::Store| {
            self.stores.is_empty() || self.stores.iter().any(|name| name == store.name())
        };
        [Sqlite, Postgres].into_iter().filter(wanted).collect()
    }
}

/// Builds the server and this program in release mode, then measures with them.
pub(crate) fn build_and_run(options: &Options) -> Result<()> {
    let (_, public_key) = vendor::for_tests()?;
    let shell = workspace::shell()?;
    // Benchmarks need more seats than the evaluation has, so the build pins the test vendor's key.
    cmd!(shell, "cargo build --release --quiet --package dqops-users --package xtask")
        .env(vendor::BUILD_VARIABLE, public_key)
        .run()?;
    let program = workspace::target()?.join("release/xtask");
    let args: Vec<_> = std::env::args_os().skip(2).collect();
    let _ = options;
    cmd!(shell, "{program} bench-run {args...}").quiet().run().context("the benchmark failed")
}

/// Measures and prints the table.
pub(crate) fn run(options: &Options) -> Result<()> {
    let server = Server::get()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut report = report::Report::default();
    if options.wants("hashing") {
        report.add(runtime.block_on(hashing::measure(options))?);
    }
    for store in options.stores() {
        runtime.block_on(runs::measure(store, &server.url, options, &mut report))?;
    }
    report.print();
    Ok(())
}
