//! Password links: one-time credentials by which a user sets a password, handed over by an admin.

use jiff::Timestamp;

use crate::UserId;

/// A link by which its user sets a password, once. A user has at most one; a new one replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    /// Whose password it sets.
    pub user: UserId,
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
            created_at: at("2026-01-01T00:00:00Z"),
            expires_at: at("2026-01-04T00:00:00Z"),
        };
        assert!(link.is_valid_at(at("2026-01-03T23:59:59Z")));
        assert!(!link.is_valid_at(at("2026-01-04T00:00:00Z")));
    }
}
