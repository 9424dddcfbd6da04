//! How many seats are taken.

use askama::{Template, filters::HtmlSafe};

/// The seats of the licence. It renders itself as a line with a meter: `{{ seats }}`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "parts/seats.html")]
pub(crate) struct Seats {
    /// Users in the directory.
    pub(crate) used: u64,
    /// The seats of the licence.
    pub(crate) total: u64,
}

impl HtmlSafe for Seats {}
