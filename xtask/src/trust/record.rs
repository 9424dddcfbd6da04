//! What came of one promise, kept under `target/trust` until it is tried again.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use dqops_users_trust::{Ground, Outcome, Report};
use serde::{Deserialize, Serialize};

use super::promises::{PARTS, Promise};
use crate::workspace;

/// The reports of all tests of one promise.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) commit: String,
    pub(super) day: String,
    pub(super) reports: Vec<Report>,
}

/// A promise on one ground, over all its tests.
pub(super) struct Sum {
    pub(super) ground: Ground,
    pub(super) tried: u64,
    pub(super) broken: u64,
    /// Why it is not shown, if it is not.
    pub(super) hindrances: Vec<String>,
    /// How many tests reported.
    pub(super) reports: usize,
    pub(super) seconds: f64,
}

impl Record {
    pub(super) fn folder() -> Result<PathBuf> {
        let folder = workspace::target()?.join("trust");
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    pub(super) fn keep(&self) -> Result<()> {
        let file = Self::folder()?.join(format!("{}.json", self.id));
        Ok(fs::write(file, serde_json::to_string_pretty(self)?)?)
    }

    /// All that are kept, in the order of the promises.
    pub(super) fn all() -> Result<Vec<Self>> {
        let folder = Self::folder()?;
        let mut records = Vec::new();
        for promise in PARTS.iter().flat_map(|(_, promises)| *promises) {
            let file = folder.join(format!("{}.json", promise.id));
            if let Ok(text) = fs::read_to_string(&file) {
                let record = serde_json::from_str(&text);
                records.push(record.with_context(|| format!("{} is no record", file.display()))?);
            }
        }
        Ok(records)
    }

    pub(super) fn promise(&self) -> Option<&'static Promise> {
        let mut promises = PARTS.iter().flat_map(|(_, promises)| *promises);
        promises.find(|promise| promise.id == self.id)
    }

    /// The promise on each ground where it must be shown, and wherever else it was tried.
    pub(super) fn sums(&self, promise: &Promise) -> Vec<Sum> {
        let mut grounds = promise.on.grounds().to_vec();
        grounds.extend(self.reports.iter().map(|report| report.ground));
        grounds.sort();
        grounds.dedup();
        grounds.into_iter().map(|ground| self.sum(ground)).collect()
    }

    fn sum(&self, ground: Ground) -> Sum {
        let reports = || self.reports.iter().filter(move |report| report.ground == ground);
        let mut hindrances: Vec<_> = reports()
            .filter_map(|report| match &report.outcome {
                Outcome::NotShown(why) => Some(format!("{}: {why}", report.what)),
                Outcome::Held | Outcome::Broken => None,
            })
            .collect();
        if reports().next().is_none() {
            hindrances.push("no test tried it".to_owned());
        }
        Sum {
            ground,
            tried: reports().map(|report| report.tried).sum(),
            broken: reports().filter(|report| report.outcome == Outcome::Broken).count() as u64,
            hindrances,
            reports: reports().count(),
            seconds: reports().map(|report| report.seconds).sum(),
        }
    }

    /// A line for each ground, as whoever waits wants to read it.
    pub(super) fn lines(&self, promise: &Promise) -> Vec<String> {
        let line = |sum: Sum| {
            let outcome = sum.outcome();
            let (ground, tried, seconds) = (name(sum.ground), sum.tried, sum.seconds);
            format!("{:<3} {ground:<9} {outcome:<10} {tried:>9} tried {seconds:>8.1} s", self.id)
        };
        self.sums(promise).into_iter().map(line).collect()
    }
}

impl Sum {
    /// In a word or two.
    pub(super) fn outcome(&self) -> &'static str {
        match (self.broken, self.hindrances.is_empty()) {
            (0, true) => "held",
            (0, false) => "not shown",
            _ => "BROKEN",
        }
    }
}

pub(super) const fn name(ground: Ground) -> &'static str {
    match ground {
        Ground::Sqlite => "SQLite",
        Ground::Postgres => "Postgres",
        Ground::None => "no store",
    }
}
