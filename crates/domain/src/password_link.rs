//! Password links: one-time credentials by which a user sets a password, handed over by an admin.

use jiff::Timestamp;

use crate::UserId;

/// A link by which its user sets a password, once. A user has at most one that an admin made and one
/// that was asked for; a new one replaces the earlier one of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    /// Whose password it sets.
    pub user: UserId,
    /// Whether it was asked for, to be mailed to its user, rather than made by an admin.
    pub is_requested: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

impl PasswordLink {
    /// Whether the link holds at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_ends_at_its_expiry() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let link = PasswordLink {
            user: UserId(Uuid::nil()),
            is_requested: false,
            created_at: at("2026-01-01T00:00:00Z"),
            expires_at: at("2026-01-04T00:00:00Z"),
        };
        assert!(link.is_valid_at(at("2026-01-03T23:59:59Z")));
        assert!(!link.is_valid_at(at("2026-01-04T00:00:00Z")));
    }
}
