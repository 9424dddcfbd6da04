//! What one process knows of the epoch, and for how long it may rely on it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use dqops_users_domain::Epoch;
use dqops_users_metrics::{Counter, Metrics};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::Mutex;

use crate::StorageError;

/// Permission to rely on the known epoch without asking the storage.
///
/// A commit of this process raises the known epoch before it is acknowledged. A commit of another
/// process is noticed when the storage is asked, which happens on the first read after the lease ran
/// out. So a read here never misses a change that another process acknowledged more than
/// [`EpochLease::LENGTH`] before the read began. Nothing has to be delivered for that: when the
/// storage cannot be asked, the read fails instead of serving something old.
#[derive(Debug)]
pub struct EpochLease {
    known: AtomicU64,
    /// When `known` may not be relied upon any more, on [`CLOCK`].
    until: AtomicU64,
    asking: Mutex<Option<Failure>>,
    answered: Counter,
    unanswered: Counter,
}

/// The latest question that was not answered.
#[derive(Debug)]
struct Failure {
    /// When it was given up, on [`CLOCK`].
    at: u64,
    error: StorageError,
}

impl EpochLease {
    /// How long the answer to one question is relied upon.
    pub const LENGTH: Duration = Duration::from_millis(20);

    /// A lease that has run out, and whose questions nobody counts.
    #[must_use]
    pub fn new() -> Self {
        Self::counted(&Metrics::new())
    }

    /// A lease that has run out.
    #[must_use]
    pub fn counted(metrics: &Metrics) -> Self {
        let [answered, unanswered] = metrics.counters(
            "epoch_questions_total",
            "How often the database was asked whether anything has changed",
            "outcome",
            ["answered", "failed"],
        );
        Self {
            answered,
            unanswered,
            known: AtomicU64::new(0),
            until: AtomicU64::new(0),
            asking: Mutex::new(None),
        }
    }

    /// The known epoch while the lease holds.
    #[must_use]
    pub fn held(&self) -> Option<Epoch> {
        let until = self.until.load(Ordering::Acquire);
        let known = self.known.load(Ordering::Acquire);
        // The clock last: a process that was stopped on the way here finds that the time is over.
        (clock() < until).then_some(Epoch(known))
    }

    /// Takes note of a commit of this process; called before the commit is acknowledged.
    pub fn advance(&self, epoch: Epoch) {
        self.known.fetch_max(epoch.0, Ordering::AcqRel);
    }

    /// Ends the lease, because a commit of this process may have happened without an answer.
    pub fn forfeit(&self) {
        self.until.store(0, Ordering::Release);
    }

    /// Asks the storage and starts the lease anew; callers that wait together share one question.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn confirm<F, R>(&self, read: F) -> Result<Epoch, StorageError>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<Epoch, StorageError>>,
    {
        let came_at = clock();
        let mut latest_failure = self.asking.lock().await;
        if let Some(epoch) = self.held() {
            return Ok(epoch);
        }
        // Whoever waited for a question that failed does not ask once more: it can take seconds.
        if let Some(failure) = latest_failure.as_ref().filter(|failure| failure.at > came_at) {
            return Err(failure.error.clone());
        }
        // The lease counts from before the question, because the answer is true of some moment after it.
        let asked_at = clock();
        let before = self.known.load(Ordering::Acquire);
        let answer = read().await;
        if answer.is_ok() { &self.answered } else { &self.unanswered }.inc();
        match answer {
            Ok(epoch) if epoch.0 < before => self.go_back(before, epoch),
            Ok(epoch) => self.advance(epoch),
            Err(error) => {
                *latest_failure = Some(Failure { at: clock(), error: error.clone() });
                return Err(error);
            }
        }
        let length = u64::try_from(Self::LENGTH.as_nanos()).unwrap_or(u64::MAX);
        self.until.store(asked_at.saturating_add(length), Ordering::Release);
        Ok(Epoch(self.known.load(Ordering::Acquire)))
    }

    /// Takes note that the database is older than it was: an older copy was restored. A commit of this
    /// process since the question was asked is newer than either.
    fn go_back(&self, before: u64, epoch: Epoch) {
        tracing::warn!("the database went back in time: an older copy was restored");
        let _ = self.known.compare_exchange(before, epoch.0, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// The clock of leases: one that shifts of the wall clock do not move, and that goes on while the machine
/// sleeps, as others go on that make changes meanwhile. What `Instant` reads stands still then on Linux.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// Nanoseconds on that clock.
fn clock() -> u64 {
    let time = clock_gettime(CLOCK);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    part(time.tv_sec).saturating_mul(1_000_000_000).saturating_add(part(time.tv_nsec))
}

impl Default for EpochLease {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn confirm(lease: &EpochLease, epoch: u64) -> Epoch {
        lease.confirm(|| async { Ok(Epoch(epoch)) }).await.unwrap()
    }

    #[tokio::test]
    async fn a_lease_holds_for_its_length_and_no_longer() {
        let lease = EpochLease::new();
        assert_eq!(lease.held(), None);
        assert_eq!(confirm(&lease, 7).await, Epoch(7));
        assert_eq!(lease.held(), Some(Epoch(7)));
        tokio::time::sleep(EpochLease::LENGTH).await;
        assert_eq!(lease.held(), None);
    }

    #[tokio::test]
    async fn the_epoch_falls_only_with_the_database() {
        let lease = EpochLease::new();
        lease.advance(Epoch(9));
        lease.advance(Epoch(3));
        assert_eq!(confirm(&lease, 9).await, Epoch(9));
        lease.forfeit();
        assert_eq!(confirm(&lease, 8).await, Epoch(8), "an older copy was restored");
    }

    #[tokio::test]
    async fn a_commit_beside_the_question_is_not_taken_for_a_restored_copy() {
        let lease = EpochLease::new();
        lease.advance(Epoch(7));
        let read = || async {
            lease.advance(Epoch(9));
            Ok(Epoch(7))
        };
        assert_eq!(lease.confirm(read).await.unwrap(), Epoch(9));
    }

    #[tokio::test]
    async fn an_uncertain_commit_ends_the_lease() {
        let lease = EpochLease::new();
        confirm(&lease, 1).await;
        lease.forfeit();
        assert_eq!(lease.held(), None);
    }

    #[tokio::test]
    async fn a_failed_question_starts_no_lease() {
        let lease = EpochLease::new();
        let failed = lease.confirm(|| async { Err(StorageError::unavailable("cut off")) }).await;
        assert!(failed.is_err());
        assert_eq!(lease.held(), None);
        assert_eq!(confirm(&lease, 5).await, Epoch(5), "the next one asks again");
    }

    #[tokio::test]
    async fn callers_that_wait_together_share_a_failure() {
        let lease = EpochLease::new();
        let questions = std::cell::Cell::new(0);
        let ask = || async {
            questions.set(questions.get() + 1);
            tokio::time::sleep(EpochLease::LENGTH).await;
            Err(StorageError::unavailable("cut off"))
        };
        let answers = tokio::join!(lease.confirm(ask), lease.confirm(ask), lease.confirm(ask));
        assert!(answers.0.is_err() && answers.1.is_err() && answers.2.is_err());
        assert_eq!(questions.get(), 1);
    }
}
