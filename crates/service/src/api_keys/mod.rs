//! API keys: long-lived credentials of one user, without rights of their own.

mod issue;
mod list;
mod revoke;

use jiff::SignedDuration;

pub use issue::{IssuedKey, KeyLifetime, NewKey};
pub use list::OwnedKey;

/// How long API keys hold. The local operator is bound by none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLimits {
    /// How long a key holds when nothing else is said.
    pub usual: SignedDuration,
    /// How long a key may hold at the most.
    pub longest: SignedDuration,
    /// Whether a key may hold until it is revoked.
    pub may_never_expire: bool,
}

impl Default for KeyLimits {
    /// 90 days, at the most a year, never for ever.
    fn default() -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        Self { usual: days(90), longest: days(366), may_never_expire: false }
    }
}
