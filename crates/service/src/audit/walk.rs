//! Walking through the audit trail in order, in steps of which none holds the storage for long.

use std::ops::ControlFlow;

use dqops_users_domain::{
    Permission,
    audit::{AuditFault, AuditHead, AuditRecord, Chain},
};

use crate::{Caller, Directory, ServiceError};

/// Entries that are read at once.
const STEP: u32 = 1000;

/// Takes one entry after the other, and says whether to go on.
pub type AuditVisitor<'v> = &'v mut (dyn FnMut(&AuditRecord) -> ControlFlow<()> + Send);

/// What was found of the chain of the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditVerification {
    /// How many entries hold, up to the fault if there is one.
    pub entries: u64,
    /// The last entry that holds.
    pub head: AuditHead,
    /// Where the trail first does not hold.
    pub fault: Option<AuditFault>,
}

impl Directory {
    /// Where the audit trail ends now.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn audit_head(&self, caller: &Caller) -> Result<AuditHead, ServiceError> {
        let (mut reader, _) =
            self.read_for(caller, |caller| caller.must(Permission::ManageAccount)).await?;
        Ok(reader.audit_head().await?)
    }

    /// Shows every entry up to the end as it is when the walk begins, and verifies their chain. After a
    /// fault it only goes on if it is to.
    pub(super) async fn walk_audit(
        &self,
        caller: &Caller,
        goes_on_after_fault: bool,
        visit: AuditVisitor<'_>,
    ) -> Result<AuditVerification, ServiceError> {
        let end = self.audit_head(caller).await?.number;
        let (mut chain, mut fault, mut last) = (Chain::new(), None, None);
        'walk: loop {
            // A snapshot each: the trail is only added to, and one that is held for minutes is a burden.
            let step = self.storage.read().await?.audit_after(last, STEP).await?;
            for record in step.iter().take_while(|record| record.number <= end) {
                if fault.is_none() {
                    fault = chain.take(record).err();
                }
                if (fault.is_some() && !goes_on_after_fault) || visit(record).is_break() {
                    break 'walk;
                }
            }
            last = step.last().map(|record| record.number);
            if last.is_none_or(|last| last >= end) {
                break;
            }
        }
        Ok(AuditVerification { entries: chain.entries(), head: chain.head(), fault })
    }
}
