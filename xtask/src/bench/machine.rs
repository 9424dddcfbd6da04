//! On what was measured, without its name.

use std::{fs, thread};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use xshell::cmd;

use super::subject;
use crate::workspace;

/// The machine before the measurements.
pub(super) struct Machine {
    /// Programs that wanted to run, on average of the last minute.
    load: String,
}

impl Machine {
    pub(super) fn look() -> Result<Self> {
        let load = fs::read_to_string("/proc/loadavg").context("the benchmark needs Linux")?;
        Ok(Self { load: load.split(' ').next().unwrap_or_default().to_owned() })
    }

    /// The machine, the programs and the day in a sentence.
    pub(super) fn describe(&self, postgres: &str) -> Result<String> {
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let processor =
            processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = processor.map_or("unknown processor", |(_, name)| name.trim());
        let memory = fs::read_to_string("/proc/meminfo")?;
        let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kib: u64 = memory
            .and_then(|text| text.trim().split(' ').next()?.parse().ok())
            .context("no MemTotal")?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let cores = thread::available_parallelism()?;
        let shell = workspace::shell()?;
        let commit = cmd!(shell, "git rev-parse --short HEAD").quiet().read()?;
        let changes = cmd!(shell, "git status --porcelain --untracked-files=no").quiet().read()?;
        let changed = if changes.is_empty() { "" } else { " with changes" };
        let postgres = subject::psql(postgres, "SHOW server_version")?;
        let postgres = postgres.split(' ').next().unwrap_or_default();
        Ok(format!(
            "{cores} cores ({processor}), {} GiB of memory, Linux {}, PostgreSQL {postgres} on the same machine; \
             commit {commit}{changed}, {}. Load of the machine before the run: {}.",
            kib.div_ceil(1024 * 1024),
            kernel.trim().split('-').next().unwrap_or_default(),
            today().strftime("%Y-%m-%d"),
            self.load,
        ))
    }
}

#[expect(clippy::disallowed_methods, reason = "a developer's task takes the time as it comes")]
fn today() -> Timestamp {
    Timestamp::now()
}
