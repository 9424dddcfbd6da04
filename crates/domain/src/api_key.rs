//! API keys as things: who owns one, until when it holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::UserId;

/// The identity of an API key; safe to show, of no use as a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKeyId(pub Uuid);

/// A long-lived bearer credential of one user. It carries no rights of its own, only its owner's
/// current role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The identity.
    pub id: ApiKeyId,
    /// The user that the key belongs to.
    pub owner: UserId,
    /// What the owner calls it.
    pub name: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// From when on it is refused; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as that was noted; at the most a minute behind.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the key holds at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_at_its_expiry() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut key = ApiKey {
            id: ApiKeyId(Uuid::nil()),
            owner: UserId(Uuid::nil()),
            name: "ci".to_owned(),
            created_at: at("2026-01-01T00:00:00Z"),
            expires_at: Some(at("2026-02-01T00:00:00Z")),
            last_used_at: None,
        };
        assert!(key.is_valid_at(at("2026-01-31T23:59:59Z")));
        assert!(!key.is_valid_at(at("2026-02-01T00:00:00Z")));
        key.expires_at = None;
        assert!(key.is_valid_at(at("2999-01-01T00:00:00Z")));
    }
}
