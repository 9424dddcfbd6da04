//! About the server.

use askama::Template;

use crate::views::Chrome;

/// `GET /about`.
#[derive(Clone, Debug, Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    /// The frame.
    pub chrome: Chrome,
    /// The version of the server.
    pub version: String,
    /// The kind of database: "SQLite", "Postgres 17".
    pub database: String,
    /// How people and programs prove who they are.
    pub authentication: String,
    /// Whether the parts of the server are well.
    pub health: Vec<Health>,
}

/// Whether one part is well.
#[derive(Clone, Debug)]
pub struct Health {
    /// The part.
    pub what: String,
    /// Whether it is well.
    pub is_well: bool,
    /// What there is to say.
    pub remark: Option<String>,
}
