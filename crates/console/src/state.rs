//! What the pages share.

use std::sync::Arc;

use dqops_users_service::Directory;

/// How the console is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether requests without a credential act as the owner, as with `--authentication none`.
    pub without_authentication: bool,
    /// What password links begin with; by what the browser calls this server, if that is not set.
    pub link_base: Option<String>,
    /// The version of the program, for the page about it.
    pub version: String,
    /// The kind of database, for the page about it.
    pub database: String,
}

/// What the pages share.
pub(crate) struct Console {
    pub(crate) directory: Directory,
    pub(crate) settings: Settings,
}

pub(crate) type SharedConsole = Arc<Console>;
