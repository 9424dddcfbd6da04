//! `cargo xtask bench`: what each operation costs beside the limit of the machine, both measured in
//! turns, on both stores and from a thousand users to a million.

mod ceiling;
mod engine;
mod figures;
mod hashing;
mod load;
mod machine;
mod page;
mod pages;
mod plot;
mod runs;
mod subject;
mod wanted;

use std::fs;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use xshell::cmd;

use crate::{postgres::Server, vendor, workspace};

pub(crate) use ceiling::{CeilingOptions, serve as serve_ceiling};
use figures::{Operation, Results};
use runs::SCATTER;
use subject::Store;

/// How to measure.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Rounds of each measurement; ours and the limit are measured in each
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Seconds that one server is driven in a round
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Only these operations: read, list, create, update, delete, sign-in, pages
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only these stores: sqlite, postgres
    #[arg(long, value_delimiter = ',')]
    stores: Vec<String>,
    /// Numbers of users
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// One short round at the two smallest sizes, to see that it works
    #[arg(long)]
    quick: bool,
    /// Write BENCHMARKS.md and its plots rather than print the page
    #[arg(long, conflicts_with_all = ["quick", "only", "stores", "sizes"])]
    write: bool,
}

impl Options {
    fn wants(&self, operation: Operation) -> bool {
        self.wants_all() || self.only.iter().any(|only| only == operation.name())
    }

    fn wants_all(&self) -> bool {
        self.only.is_empty()
    }

    fn stores(&self) -> Vec<Store> {
        let wanted = |store: &Store| {
            self.stores.is_empty() || self.stores.iter().any(|name| name == store.name())
        };
        Store::ALL.into_iter().filter(wanted).collect()
    }

    /// Checks the names, and makes a quick run of it if one is wanted.
    fn settled(&self) -> Result<Self> {
        let operations = Operation::BY_SIZE.map(Operation::name);
        for name in &self.only {
            let is_known = operations.contains(&name.as_str()) || name == "pages";
            ensure!(is_known, "--only {name}: one of {}, pages", operations.join(", "));
        }
        for name in &self.stores {
            let is_known = Store::ALL.iter().any(|store| store.name() == name);
            ensure!(is_known, "--stores {name}: sqlite or postgres");
        }
        // The rows are scattered by a prime, which must not divide the size.
        let can_be =
            |size: &usize| *size >= 10 && size.is_multiple_of(10) && !size.is_multiple_of(SCATTER);
        ensure!(self.sizes.iter().all(can_be), "--sizes: multiples of 10, and none of {SCATTER}");
        let mut settled = self.clone();
        if self.quick {
            settled.rounds = 1;
            settled.seconds = self.seconds.min(0.3);
            settled.sizes.sort_unstable();
            settled.sizes.truncate(2);
        }
        Ok(settled)
    }
}

/// Builds the server and this program in release mode, then measures with them.
pub(crate) fn build_and_run(options: &Options) -> Result<()> {
    options.settled()?;
    let (_, public_key) = vendor::for_tests()?;
    let shell = workspace::shell()?;
    // Benchmarks need more seats than the evaluation has, so the build pins the test vendor's key.
    cmd!(shell, "cargo build --release --quiet --package dqops-users --package xtask")
        .env(vendor::BUILD_VARIABLE, public_key)
        .run()?;
    let program = workspace::target()?.join("release/xtask");
    let args: Vec<_> = std::env::args_os().skip(2).collect();
    cmd!(shell, "{program} bench-run {args...}").quiet().run().context("the benchmark failed")
}

/// Measures, and prints the page or writes it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let options = options.settled()?;
    let machine = machine::Machine::look()?;
    let postgres = Server::get()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (stores, sizes) = (options.stores(), &options.sizes);
    let steps = runs::Run::STEPS * (stores.len() * sizes.len()) as u64;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}")?;
    let bar = ProgressBar::new(steps).with_style(style);
    let mut run = runs::Run { options: &options, bar: &bar, results: Results::default() };
    for store in stores {
        for users in sizes {
            let measured = runtime.block_on(run.measure(store, &postgres.url, *users));
            measured.with_context(|| format!("{} with {users} users", store.title()))?;
        }
    }
    let results = run.results;
    bar.finish_and_clear();
    let page = page::render(&results, &machine.describe(&postgres)?, &options);
    if !options.write {
        println!("{page}");
        return Ok(());
    }
    let root = workspace::root()?;
    fs::write(root.join(page::FILE), page)?;
    fs::write(root.join(page::PLOT), plot::draw(&results))?;
    eprintln!("wrote {} and {}", page::FILE, page::PLOT);
    Ok(())
}
