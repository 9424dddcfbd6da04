//! Time and randomness, as parameters: the system's in the program, frozen ones in tests.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes, good enough for secrets.
pub trait Randomness: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that others take time from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    /// # Panics
    /// When the operating system gives no randomness: nothing secret can be made then.
    #[expect(clippy::disallowed_methods, reason = "this is what others take randomness from")]
    #[expect(clippy::expect_used, reason = "going on without randomness would make weak secrets")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives randomness");
    }
}

/// Time and randomness together.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl Ambient {
    /// Time from `clock` and randomness from `randomness`.
    #[must_use]
    pub const fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self { clock, randomness }
    }

    /// The system's.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(OsRandomness))
    }

    /// The time now, in whole microseconds: what is answered is what is stored.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        self.randomness.fill(&mut bytes);
        bytes
    }

    /// A new identity that sorts by time (UUID version 7, RFC 9562).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_distinct_and_sort_by_time() {
        let ambient = Ambient::system();
        let (first, second) = (ambient.new_id(), ambient.new_id());
        assert_ne!(first, second);
        assert_eq!(first.get_version_num(), 7);
        assert!(first.as_u128() >> 80 <= second.as_u128() >> 80);
    }
}
