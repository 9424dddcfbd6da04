//! Why a directory was not copied, in words for the administrator.

use dqops_users_domain::audit::AuditFault;
use dqops_users_storage::StorageError;

/// Why a directory was not copied. Nothing was changed, except after [`StorageError::OutcomeUnknown`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum CopyError {
    /// Only whoever may use the machine copies a directory.
    #[error("a directory is copied by the local operator only")]
    NotForThisCaller,
    /// There is no user and no audit entry.
    #[error("there is nothing to copy: no user and no audit entry; is it the right database?")]
    NothingThere,
    /// Something is in the target.
    #[error(
        "there is a directory already: the table {0} is not empty; nothing was changed. Name a file that does not exist yet, or a new database of Postgres"
    )]
    NotEmpty(&'static str),
    /// The audit trail is not what was written.
    #[error("the audit trail does not hold, so nothing was copied: {0}")]
    TrailDoesNotHold(AuditFault),
    /// What was written does not read back as it was.
    #[error("the table {0} does not read back as it was copied; nothing was changed")]
    Differs(&'static str),
    /// A storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
