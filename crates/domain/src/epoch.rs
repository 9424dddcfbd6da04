//! The counter of changes that makes caching exact.

use std::fmt;

/// Names the state of the directory as readers see it. Every commit that they can see raises it by a
/// step at random, so what was read at an epoch is still true while the epoch is the same, also after
/// an older copy of the database was restored: the commits after that have epochs of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The greatest step less one: 2³⁹ commits and more fit below [`Epoch::LAST`].
    const STEP_MASK: u64 = (1 << 23) - 1;

    /// No directory gets further. What is stored has one bit more, so that the epoch of a commit always
    /// rises.
    const LAST: u64 = 1 << 62;

    /// The epoch that is stored as this number; `None` if it is none that a directory can have reached.
    #[must_use]
    pub fn from_stored(number: i64) -> Option<Self> {
        u64::try_from(number).ok().filter(|number| *number <= Self::LAST).map(Self)
    }

    /// An epoch after this one; which one follows from random bits.
    #[must_use]
    pub const fn next(self, random: u64) -> Self {
        Self(self.0 + 1 + (random & Self::STEP_MASK))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_directory_can_have_reached_is_no_epoch() {
        assert_eq!(Epoch::from_stored(7), Some(Epoch(7)));
        assert_eq!(Epoch::from_stored(1 << 62), Some(Epoch(1 << 62)));
        for number in [-1, i64::MIN, (1 << 62) + 1, i64::MAX] {
            assert_eq!(Epoch::from_stored(number), None, "{number}");
        }
    }

    #[test]
    fn the_next_epoch_of_the_last_one_can_be_stored() {
        let next = Epoch(Epoch::LAST).next(u64::MAX).next(u64::MAX);
        assert!(i64::try_from(next.0).is_ok());
    }
}
