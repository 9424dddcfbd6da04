//! Taking the audit trail away, to keep it where nobody can edit it.

use super::{AuditVerification, AuditVisitor};
use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// Shows the whole audit trail in order, as it stands; what is at fault is shown like all else, and
    /// the first fault is told at the end.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn export_audit(
        &self,
        caller: &Caller,
        visit: AuditVisitor<'_>,
    ) -> Result<AuditVerification, ServiceError> {
        self.walk_audit(caller, true, visit).await
    }
}
