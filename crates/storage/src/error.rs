//! The one error of all storages.

use std::{error::Error, sync::Arc};

/// Why the storage did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StorageError {
    /// What was to be changed does not exist.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Something of that name exists already.
    #[error("{0} exists already")]
    Conflict(&'static str),
    /// The storage does not answer now; nothing was changed.
    #[error("the storage does not answer")]
    Unavailable(#[source] Cause),
    /// Somebody else holds the directory lock and does not let go; nothing was changed.
    #[error("another process is changing the directory for long")]
    Busy,
    /// The connection was lost during the commit: it may or may not have been done.
    #[error("the storage went away during the commit; whether the change was made is not known")]
    OutcomeUnknown(#[source] Cause),
    /// What is stored cannot be what this program wrote.
    #[error("the stored data is damaged: {0}")]
    Corrupt(String),
    /// The database was made by a newer version of this program.
    #[error(
        "the database was made by a newer dqops-users (its schema {found} is not known here, {known} is); update this program, or restore a backup made before the update"
    )]
    NewerSchema {
        /// A migration that the database has and this program does not know.
        found: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// The database is set up in a way that would break a promise, such as durability.
    #[error("{0}")]
    Unsuitable(String),
    /// Anything else; a defect of this program or of the database.
    #[error("the storage failed")]
    Backend(#[source] Cause),
}

/// An underlying error, shared because one commit answers many callers.
pub type Cause = Arc<dyn Error + Send + Sync>;

impl StorageError {
    /// The storage does not answer, for the given reason.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into().into())
    }

    /// An unforeseen failure.
    pub fn backend(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Backend(cause.into().into())
    }

    /// The writer has stopped, so nothing can be changed any more.
    #[must_use]
    pub fn stopped() -> Self {
        Self::unavailable("the writer has stopped")
    }

    /// Says what a conflict is about, which only the one who made the statement knows.
    #[must_use]
    pub fn naming(self, what: &'static str) -> Self {
        match self {
            Self::Conflict(_) => Self::Conflict(what),
            other => other,
        }
    }

    /// When the database said nothing for as long as it is waited for, rather than hung up: what that
    /// means to those who did not even ask it.
    #[must_use]
    pub fn as_silence(&self) -> Option<Self> {
        match self {
            Self::Unavailable(cause) | Self::OutcomeUnknown(cause)
                if cause.is::<tokio::time::error::Elapsed>() =>
            {
                Some(Self::Unavailable(Arc::clone(cause)))
            }
            _ => None,
        }
    }

    /// Whether the connection is of no use any more.
    #[must_use]
    pub const fn is_connection_lost(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::OutcomeUnknown(_))
    }
}
