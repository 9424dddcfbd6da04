//! Why an audit trail does not hold.

use super::AuditHash;

/// The first place at which an audit trail does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// An entry is not what was written.
    #[error(
        "entry {number} was edited, moved or put in: it is not what was written after entry {after}"
    )]
    Edited {
        /// The entry.
        number: u64,
        /// The entry before it.
        after: u64,
    },
    /// Entries were taken out.
    #[error("entries {first} to {last} are missing, or entry {} was edited", last + 1)]
    Missing {
        /// The first that is missing.
        first: u64,
        /// The last that is missing.
        last: u64,
    },
    /// An entry comes where a later one was expected.
    #[error("entry {number} is out of order: it comes after entry {after}")]
    OutOfOrder {
        /// The entry.
        number: u64,
        /// The entry before it.
        after: u64,
    },
    /// An entry has no hash, so it was not added by this program.
    #[error("entry {number} has no hash: it was put in, or its hash was removed")]
    Unsealed {
        /// The entry.
        number: u64,
    },
    /// The trail ends before an entry that is known to have been in it.
    #[error(
        "the end is missing: the trail ends with entry {last}, and entry {known} is known to follow"
    )]
    Cut {
        /// The last entry.
        last: u64,
        /// An entry that is known.
        known: u64,
    },
    /// Another entry stands in the place of one that is known.
    #[error(
        "entry {number} is not the one that is known: the trail was written anew from there on"
    )]
    Replaced {
        /// The entry.
        number: u64,
    },
    /// A hash that is known does not occur.
    #[error("no entry has the hash {hash}: the end is missing, or the trail was written anew")]
    HeadNotFound {
        /// The hash.
        hash: AuditHash,
    },
}
