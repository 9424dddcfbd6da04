//! The tables of keys and of sessions, which the user's page and the account page share.

use askama::{Template, filters::HtmlSafe};

use dqops_users_service::{Caller, OwnedKey, OwnedSession};
use jiff::Timestamp;

use super::Moment;

/// A table of API keys. It renders itself: `{{ keys }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/keys.html")]
pub struct Keys {
    /// The path of the owner: `/account` or `/users/{email}`. Keys are revoked below it.
    pub owner_path: String,
    /// The keys.
    pub rows: Vec<KeyRow>,
}

/// One API key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// The identity.
    pub id: String,
    /// What the owner calls it; it may be empty.
    pub name: String,
    /// When it was made.
    pub created: Moment,
    /// From when on it is refused; `None` for never.
    pub expires: Option<Moment>,
    /// When it was last used.
    pub last_used: Option<Moment>,
    /// Whether it is refused already.
    pub is_expired: bool,
}

/// A table of sessions. It renders itself: `{{ sessions }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/sessions.html")]
pub struct Sessions {
    /// The path of the user: `/account` or `/users/{email}`. Sessions are ended below it.
    pub owner_path: String,
    /// The sessions.
    pub rows: Vec<SessionRow>,
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The identity.
    pub id: String,
    /// With what the user signed in, by its own words.
    pub client: String,
    /// From which address.
    pub address: String,
    /// When the user signed in.
    pub began: Moment,
    /// When it was last used.
    pub last_used: Moment,
    /// When it ends, however busy it is.
    pub ends: Moment,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Keys {
    pub(crate) fn of(owner_path: String, keys: &[OwnedKey], now: Timestamp) -> Self {
        let row = |OwnedKey { key, .. }: &OwnedKey| KeyRow {
            id: key.id.0.to_string(),
            name: key.name.clone(),
            created: key.created_at.into(),
            expires: key.expires_at.map(Moment::from),
            last_used: key.last_used_at.map(Moment::from),
            is_expired: !key.is_valid_at(now),
        };
        Self { owner_path, rows: keys.iter().map(row).collect() }
    }
}

impl Sessions {
    pub(crate) fn of(owner_path: String, sessions: &[OwnedSession], caller: &Caller) -> Self {
        let row = |OwnedSession { session, .. }: &OwnedSession| SessionRow {
            id: session.id.0.to_string(),
            client: session.client.clone(),
            address: session.address.clone(),
            began: session.created_at.into(),
            last_used: session.last_used_at.into(),
            ends: session.ends_at.into(),
            is_this: caller.session() == Some(session.id),
        };
        Self { owner_path, rows: sessions.iter().map(row).collect() }
    }
}

impl HtmlSafe for Keys {}
impl HtmlSafe for Sessions {}
