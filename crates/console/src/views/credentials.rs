//! The tables of keys and of sessions, which the user's page and the account page share.

use askama::{Template, filters::HtmlSafe};

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

impl HtmlSafe for Keys {}
impl HtmlSafe for Sessions {}
