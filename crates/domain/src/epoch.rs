//! The counter of changes that makes caching exact.

use std::fmt;

/// Names the state of the directory as readers see it. Every commit that they can see raises it by a
/// step at random, so what was read at an epoch is still true while the epoch is the same, also after
/// an older copy of the database was restored: the commits after that have epochs of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The greatest step less one: 2⁴⁰ commits fit into 63 bits.
    const STEP_MASK: u64 = (1 << 23) - 1;

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
