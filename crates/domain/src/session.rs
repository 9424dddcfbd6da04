//! Sessions: short-lived credentials from a password sign-in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::UserId;

/// The identity of a session; safe to show, of no use as a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

/// A short-lived bearer credential of one user. It carries no rights of its own, only the user's
/// current role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The identity.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, as far as that was noted; at the most a minute behind.
    pub last_used_at: Timestamp,
    /// When it ends, however busy it is.
    pub ends_at: Timestamp,
    /// From which address the user signed in.
    pub address: String,
    /// With what the user signed in, by its own words; not to be trusted.
    pub client: String,
}

impl Session {
    /// Whether the session holds at `now`, when it may lie idle for so long.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp, idle: SignedDuration) -> bool {
        now < self.ends_at && now.duration_since(self.last_used_at) < idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_idle_or_old() {
        let at = |text: &str| format!("2026-01-01T{text}Z").parse::<Timestamp>().unwrap();
        let session = Session {
            id: SessionId(Uuid::nil()),
            user: UserId(Uuid::nil()),
            created_at: at("08:00:00"),
            last_used_at: at("10:00:00"),
            ends_at: at("10:30:00"),
            address: "127.0.0.1".to_owned(),
            client: String::new(),
        };
        let hour = SignedDuration::from_hours(1);
        assert!(session.is_valid_at(at("10:29:59"), hour));
        assert!(!session.is_valid_at(at("10:30:00"), hour), "it is old");
        let minute = SignedDuration::from_mins(1);
        assert!(session.is_valid_at(at("10:00:59"), minute));
        assert!(!session.is_valid_at(at("10:01:00"), minute), "it is idle");
    }
}
