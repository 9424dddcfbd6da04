//! Something went wrong.

use askama::Template;

use crate::views::{Chrome, Link};

/// Every failure that does not belong to a form.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// The status.
    pub status: u16,
    /// What happened, in few words: "Page not found".
    pub title: String,
    /// What happened.
    pub detail: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// The way back.
    pub back: Link,
}
