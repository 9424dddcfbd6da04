//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use dqops_users_service::Clock;
use jiff::{SignedDuration, Timestamp};

/// Microseconds since 1970 UTC, which is what the storages keep.
pub(crate) struct MovableClock(AtomicI64);

impl MovableClock {
    pub(crate) fn at(time: &str) -> Self {
        Self(AtomicI64::new(time.parse::<Timestamp>().unwrap().as_microsecond()))
    }

    /// Moves the clock; a negative length sets it back.
    pub(crate) fn advance(&self, length: SignedDuration) {
        let micros = i64::try_from(length.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    pub(crate) fn set(&self, time: Timestamp) {
        self.0.store(time.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

pub(crate) const fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}
