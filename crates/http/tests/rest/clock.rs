//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use dqops_users_service::Clock;
use jiff::Timestamp;

/// Seconds since 1970 UTC.
pub(crate) struct MovableClock(AtomicI64);

impl MovableClock {
    pub(crate) fn at(time: &str) -> Self {
        Self(AtomicI64::new(time.parse::<Timestamp>().unwrap().as_second()))
    }

    pub(crate) fn set(&self, time: &str) {
        self.0.store(time.parse::<Timestamp>().unwrap().as_second(), Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}
