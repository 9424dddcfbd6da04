//! Something went wrong.

use askama::Template;

use crate::views::{Chrome, Link};

/// Every failure that does not belong to a form.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The status.
    pub(crate) status: u16,
    /// What happened, in few words: "Page not found".
    pub(crate) title: String,
    /// What happened.
    pub(crate) detail: String,
    /// What to do about it.
    pub(crate) advice: Option<String>,
    /// The way back.
    pub(crate) back: Link,
}
