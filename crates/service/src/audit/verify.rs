//! Verifying that the audit trail is still what was written.

use super::{AuditVerification, AuditVisitor};
use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// Verifies the chain of the audit trail up to the first fault, and shows every entry that holds, to
    /// be compared with what is known of it: an end that was cut off can only be found so.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn verify_audit(
        &self,
        caller: &Caller,
        visit: AuditVisitor<'_>,
    ) -> Result<AuditVerification, ServiceError> {
        self.walk_audit(caller, false, visit).await
    }
}
