//! `cargo xtask fuzz`: each parser under libFuzzer, on the stable toolchain.
//!
//! Coverage needs only flags that stable has. There is no address sanitizer: no crate of ours has
//! unsafe code, and what is looked for are panics and broken invariants.

use std::{
    fs,
    io::IsTerminal as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use xshell::cmd;

use crate::workspace;

/// What to fuzz, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Seconds for each parser
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Take the inputs that reach new code into the corpus, and leave out what is not needed
    #[arg(long)]
    keep: bool,
    /// Only these parsers
    parsers: Vec<String>,
}

/// Those that need the domain alone; the others need the whole server.
const LIGHT: [&str; 2] = ["email", "licence"];
const HANDLERS: [&str; 9] = [
    "tokens",
    "csv",
    "bodies",
    "queries",
    "return_url",
    "if_match",
    "if_none_match",
    "forwarded_for",
    "cookie",
];

/// Bytes of an input at the most, so that the corpus stays small.
const LONGEST: &str = "-max_len=2048";

/// What rustc is told so that libFuzzer sees which code an input reaches.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

pub(crate) fn run(options: &Options) -> Result<()> {
    let all = || LIGHT.iter().chain(&HANDLERS).copied();
    if let Some(other) = options.parsers.iter().find(|name| !all().any(|known| known == *name)) {
        bail!("there is no parser {other}; there are {}", all().collect::<Vec<_>>().join(", "));
    }
    let is_wanted =
        |name: &&str| options.parsers.is_empty() || options.parsers.iter().any(|one| one == name);
    let wanted: Vec<_> = all().filter(is_wanted).collect();
    let shell = workspace::shell()?;
    let folder = workspace::root()?.join("fuzz");
    let target = workspace::target()?.join("fuzz");
    let needs_handlers = wanted.iter().any(|name| HANDLERS.contains(name));
    let features = needs_handlers.then_some("--features=handlers");
    // With a target named, the flags are not for build scripts and macros.
    let host = host()?;
    shell.change_dir(&folder);
    cmd!(
        shell,
        "cargo build --release --locked --target {host} --target-dir {target} {features...}"
    )
    .env("RUSTFLAGS", COVERAGE)
    .run()
    .context("the fuzzers do not build; libFuzzer needs a C++ compiler")?;
    let program = target.join(host).join("release/dqops-users-fuzz");
    let bar = bar(wanted.len());
    for name in wanted {
        bar.set_message(name);
        fuzz(&program, &folder, name, options)?;
        bar.suspend(|| println!("{name}: nothing found in {} s", options.seconds));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn fuzz(program: &Path, folder: &Path, name: &str, options: &Options) -> Result<()> {
    let corpus = folder.join("corpus").join(name);
    let found = workspace::target()?.join("fuzz/found").join(name);
    let artifacts = folder.join("artifacts").join(name);
    for folder in [&corpus, &found, &artifacts] {
        fs::create_dir_all(folder)?;
    }
    let fuzzer = || {
        let mut fuzzer = Command::new(program);
        fuzzer.env("FUZZ_PARSER", name).args([LONGEST, "-timeout=10", "-close_fd_mask=1"]);
        fuzzer.stdout(Stdio::null());
        fuzzer
    };
    let log = folder.join("artifacts").join(format!("{name}.log"));
    let status = fuzzer()
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args([&found, &corpus])
        .stderr(fs::File::create(&log)?)
        .status()?;
    ensure!(
        status.success(),
        "{name} breaks on {}; the log is {}",
        artifacts.display(),
        log.display()
    );
    if options.keep {
        // Into an empty folder, so that what is not needed any more is left out.
        let merged = workspace::target()?.join("fuzz/merged").join(name);
        let _ = fs::remove_dir_all(&merged);
        fs::create_dir_all(&merged)?;
        let status = fuzzer()
            .arg("-merge=1")
            .args([&merged, &corpus, &found])
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "the corpus of {name} cannot be merged");
        fs::remove_dir_all(&corpus)?;
        fs::create_dir_all(&corpus)?;
        for entry in fs::read_dir(&merged)? {
            let entry = entry?;
            fs::copy(entry.path(), corpus.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The target that this toolchain builds for by itself.
fn host() -> Result<String> {
    let shell = workspace::shell()?;
    let said = cmd!(shell, "rustc -vV").read()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc says what it builds for")?.to_owned())
}

fn bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}");
    let bar = ProgressBar::new(length as u64);
    bar.enable_steady_tick(Duration::from_secs(1));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
