//! What the endpoints share.

use std::sync::Arc;

use dqops_users_service::Directory;
use dqops_users_web::Stopping;

use crate::list_cache::ListCache;

/// How callers are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Every request needs a credential.
    Required,
    /// A request without a credential acts as the owner, as in DQOps with
    /// `authentication-method=none`. Only safe where nobody but the owner can connect.
    None,
}

/// What the endpoints share.
pub(crate) struct ApiState {
    pub(crate) directory: Directory,
    pub(crate) authentication: Authentication,
    /// What password links begin with; their token follows.
    pub(crate) link_base: String,
    pub(crate) list: ListCache,
    pub(crate) stopping: Stopping,
}

pub(crate) type SharedState = Arc<ApiState>;
