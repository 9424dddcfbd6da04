//! What tests of a promise share: how often they try it, the report of what came of it, and a Postgres
//! to break.
//!
//! The ordinary test run tries little. `cargo xtask trust` asks for full counts by [`COUNTS`], names a
//! file by [`REPORT`], and makes `TRUST.md` of the lines that the tests leave there.

mod cluster;
mod report;

use std::{
    env,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

pub use cluster::{BINARIES, Cluster};
pub use report::{Outcome, Report};

/// The environment in which `full` asks for full counts.
pub const COUNTS: &str = "TRUST_COUNTS";

/// The environment that names the file to which reports are added.
pub const REPORT: &str = "TRUST_REPORT";

/// Where a promise is tried.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Ground {
    /// On a directory in SQLite.
    Sqlite,
    /// On a directory in Postgres.
    Postgres,
    /// Where no store takes part.
    None,
}

/// One promise while one test tries it. The report is written when it is dropped: a test that panics
/// has found it broken.
#[derive(Debug)]
pub struct Trial {
    id: &'static str,
    what: String,
    ground: Ground,
    tried: AtomicU64,
    figures: Mutex<Vec<String>>,
    hindrance: Mutex<Option<String>>,
    began: Instant,
}

/// Begins to try the promise `id` of the list in `xtask/src/trust/promises`; `what` says in a few
/// words which part of it.
#[must_use]
pub fn promise(id: &'static str, what: &str, ground: Ground) -> Trial {
    #[expect(clippy::disallowed_methods, reason = "a report says how long the test took")]
    let began = Instant::now();
    Trial {
        id,
        what: what.to_owned(),
        ground,
        tried: AtomicU64::new(0),
        figures: Mutex::default(),
        hindrance: Mutex::default(),
        began,
    }
}

/// Whether full counts are asked for.
#[must_use]
pub fn is_full() -> bool {
    env::var(COUNTS).is_ok_and(|counts| counts == "full")
}

/// `full` where full counts are asked for, else `ordinary`.
#[must_use]
pub fn count(ordinary: usize, full: usize) -> usize {
    if is_full() { full } else { ordinary }
}

impl Trial {
    /// Notes that it was tried so many times more.
    pub fn tried(&self, times: usize) {
        self.tried.fetch_add(times as u64, Ordering::Relaxed);
    }

    /// Notes a figure that the test measured, in words: `worst 16 ms`.
    pub fn figure(&self, figure: impl Into<String>) {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).push(figure.into());
    }

    /// Says why it cannot be tried on this machine; it then counts as not shown.
    pub fn cannot_be_tried(self, why: impl Into<String>) {
        *self.hindrance.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.into());
    }

    fn report(&mut self) -> Report {
        let hindrance = self.hindrance.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let outcome = match hindrance {
            _ if thread::panicking() => Outcome::Broken,
            Some(why) => Outcome::NotShown(why),
            None if *self.tried.get_mut() == 0 => {
                Outcome::NotShown("the test did not say that it tried anything".to_owned())
            }
            None => Outcome::Held,
        };
        Report {
            id: self.id.to_owned(),
            what: self.what.clone(),
            ground: self.ground,
            tried: *self.tried.get_mut(),
            outcome,
            figures: std::mem::take(self.figures.get_mut().unwrap_or_else(PoisonError::into_inner)),
            seconds: self.began.elapsed().as_secs_f64(),
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let report = self.report();
        if let Ok(file) = env::var(REPORT)
            && let Err(error) = report.add_to(file.as_ref())
            && !thread::panicking()
        {
            panic!("the report of {} cannot be added to {file}: {error}", self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_tried_has_held() {
        let mut trial = promise("self-test", "nothing", Ground::None);
        assert!(matches!(trial.report().outcome, Outcome::NotShown(_)));
        trial.tried(3);
        assert_eq!(trial.report().outcome, Outcome::Held);
        trial.hindrance = Mutex::new(Some("it rains".into()));
        assert_eq!(trial.report().outcome, Outcome::NotShown("it rains".into()));
    }
}
