//! Developer tasks: `cargo xtask --help`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tasks talk to a developer")]

mod audit;
mod bench;
mod browser;
mod conformance;
mod fuzz;
mod licence;
mod openapi;
mod postgres;
mod sbom;
mod schemathesis;
mod test;
mod thousands;
mod tidy;
mod trust;
mod vendor;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Tasks for those who develop dqops-users.
#[derive(Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
enum Task {
    /// Run all tests on both stores, with a private Postgres where none is given
    Test {
        /// Passed on to `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check the arrows between crates, the lints of each, and that modules say what they are
    Tidy,
    /// Write openapi.json from the code
    Openapi {
        /// Only compare, and fail when it differs
        #[arg(long)]
        check: bool,
    },
    /// Run the official Python clients against the release binary, on both stores
    Conformance,
    /// Run the browser tests of the console against the release binary, on both stores
    Browser {
        /// Passed on to pytest
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run schemathesis over openapi.json against the server, on both stores
    Schemathesis(schemathesis::Options),
    /// Judge the dependencies: advisories of RustSec, and licences by deny.toml
    Audit(audit::Options),
    /// Write what the program is made of, as CycloneDX in JSON
    Sbom(sbom::Options),
    /// Fuzz the parsers, and replay what was found before
    Fuzz(fuzz::Options),
    /// Measure every operation beside its limit, in the same rounds, and print the page of it
    Bench(bench::Options),
    /// Try every promise with its full count against the release build, and write TRUST.md
    Trust(trust::Options),
    /// Issue and look at licences, as the vendor
    #[command(subcommand)]
    Licence(licence::LicenceTask),
    /// What `bench` runs in a release build of itself
    #[command(hide = true)]
    BenchRun(bench::Options),
    /// The bare server that `bench` compares with
    #[command(hide = true)]
    BenchCeiling(bench::CeilingOptions),
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Test { args } => test::run(&args),
        Task::Tidy => tidy::run(),
        Task::Openapi { check } => openapi::run(check),
        Task::Conformance => conformance::run(),
        Task::Browser { args } => browser::run(&args),
        Task::Schemathesis(options) => schemathesis::run(&options),
        Task::Audit(options) => audit::run(&options),
        Task::Sbom(options) => sbom::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Bench(options) => bench::build_and_run(&options),
        Task::Trust(options) => trust::run(&options),
        Task::Licence(task) => licence::run(task),
        Task::BenchRun(options) => bench::run(&options),
        Task::BenchCeiling(options) => bench::serve_ceiling(&options),
    }
}
