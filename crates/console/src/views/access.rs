//! How a user can get in, as pages show it.

use jiff::Timestamp;

use super::Moment;

/// Whether a user has a password, and what became of the link to set one.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Whether a password is set.
    pub(crate) has_password: bool,
    /// The latest link that was neither used nor revoked.
    pub(crate) link: Option<PasswordLink>,
}

/// A one-time link to set a password.
#[derive(Clone, Debug)]
pub(crate) enum PasswordLink {
    /// It works until then.
    Open(Moment),
    /// It worked until then.
    Expired(Moment),
}

impl PasswordLink {
    /// A link that holds or held until `end`.
    pub(crate) fn at(end: Timestamp, now: Timestamp) -> Self {
        if now < end { Self::Open(end.into()) } else { Self::Expired(end.into()) }
    }
}

/// What the form for a new password says about the rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PasswordRule {
    /// The fewest characters that are taken.
    pub(crate) min_length: usize,
}
