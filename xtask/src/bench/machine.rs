//! On what was measured, without its name.

use std::{fs, thread, time::Duration};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use xshell::cmd;

use super::subject;
use crate::{postgres::Server, workspace};

const BUSY: &str = "\n\n**The machine was busy with something else right before this run: its figures, ratios and verdicts are mostly noise.**\n";

/// Part of the processor's time that others may take, so that a run still means something.
const MOST_BY_OTHERS: f64 = 0.1;

/// The machine before the measurements.
pub(super) struct Machine {
    /// The part of the processor's time that other programs took.
    by_others: f64,
}

impl Machine {
    /// Looks for a second at what else the machine does.
    #[expect(clippy::cast_precision_loss, reason = "ticks of a second fit")]
    pub(super) fn look() -> Result<Self> {
        let (idle_before, all_before) = ticks()?;
        thread::sleep(Duration::from_secs(1));
        let (idle, all) = ticks()?;
        let idle = (idle - idle_before) as f64 / (all - all_before).max(1) as f64;
        Ok(Self { by_others: 1.0 - idle })
    }

    /// The machine, the programs and the day in a sentence.
    pub(super) fn describe(&self, server: &Server) -> Result<String> {
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
        let suffix = if changes.is_empty() { "" } else { " with changes" };
        let postgres = subject::psql(&server.url, "SHOW server_version")?;
        let postgres = postgres.split(' ').next().unwrap_or_default();
        let whose = if server.is_private() { " on the same machine" } else { " that was given" };
        Ok(format!(
            "{cores} cores ({processor}), {} GiB of memory, Linux {}, PostgreSQL {postgres}{whose}; \
             commit {commit}{suffix}, {}. Other programs took {:.0} % of the cores before the run.{}",
            kib.div_ceil(1024 * 1024),
            kernel.trim().split('-').next().unwrap_or_default(),
            today().strftime("%Y-%m-%d"),
            100.0 * self.by_others,
            if self.by_others > MOST_BY_OTHERS { BUSY } else { "" },
        ))
    }
}

#[expect(clippy::disallowed_methods, reason = "a developer's task takes the time as it comes")]
fn today() -> Timestamp {
    Timestamp::now()
}

/// Ticks that the processor was idle, and all, since the machine was started.
fn ticks() -> Result<(u64, u64)> {
    let text = fs::read_to_string("/proc/stat").context("the benchmark needs Linux")?;
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().flat_map(str::parse).take(8).collect();
    let idle = ticks.get(3..5).context("/proc/stat tells no idle time")?.iter().sum();
    Ok((idle, ticks.iter().sum()))
}
