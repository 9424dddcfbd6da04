//! The tables of keys and of sessions, which the user's page and the account page share.

use askama::{Template, filters::HtmlSafe};

use dqops_users_service::{Caller, OwnedKey, OwnedSession};
use jiff::Timestamp;

use super::Moment;

/// A table of API keys. It renders itself: `{{ keys }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/keys.html")]
pub(crate) struct Keys {
    /// The path of the owner: `/account` or `/users/{email}`. Keys are revoked below it.
    pub(crate) owner_path: String,
    /// The keys.
    pub(crate) rows: Vec<KeyRow>,
}

/// One API key.
#[derive(Clone, Debug)]
pub(crate) struct KeyRow {
    /// The identity.
    pub(crate) id: String,
    /// What the owner calls it; it may be empty.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) created: Moment,
    /// From when on it is refused; `None` for never.
    pub(crate) expires: Option<Moment>,
    /// When it was last used.
    pub(crate) last_used: Option<Moment>,
    /// Whether it is refused already.
    pub(crate) is_expired: bool,
}

/// A table of sessions. It renders itself: `{{ sessions }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/sessions.html")]
pub(crate) struct Sessions {
    /// The path of the user: `/account` or `/users/{email}`. Sessions are ended below it.
    pub(crate) owner_path: String,
    /// The sessions.
    pub(crate) rows: Vec<SessionRow>,
}

/// One session.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    /// The identity.
    pub(crate) id: String,
    /// With what the user signed in, by its own words.
    pub(crate) client: String,
    /// From which address.
    pub(crate) address: String,
    /// When the user signed in.
    pub(crate) began: Moment,
    /// When it was last used.
    pub(crate) last_used: Moment,
    /// When it ends, however busy it is.
    pub(crate) ends: Moment,
    /// Whether it is the one that asks.
    pub(crate) is_this: bool,
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
