//! Giving hashes to entries from before the chain, after an update of the program.

use async_trait::async_trait;
use dqops_users_storage::AuditQuery;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// Entries that are sealed in one change, so that none is long.
const STEP: u32 = 500;

impl Directory {
    /// Seals all that is left.
    pub(crate) async fn seal_audit(&self) -> Result<(), ServiceError> {
        tracing::info!("the audit trail gets its chain; this happens once");
        while self.make(&Caller::directory(), Seal).await? {}
        Ok(())
    }
}

struct Seal;

#[async_trait]
impl Change for Seal {
    type Done = bool;

    async fn make(&self, work: &mut Work<'_>) -> Result<bool, ServiceError> {
        work.seal_some_audit().await
    }
}

impl Work<'_> {
    /// Seals some entries. Answers whether more may be left.
    pub(crate) async fn seal_some_audit(&mut self) -> Result<bool, ServiceError> {
        let records = self.unit.unsealed_audit(STEP).await?;
        let Some(first) = records.first() else { return Ok(false) };
        let before = AuditQuery { before: Some(first.number), ..AuditQuery::latest(1) };
        let before = self.unit.audit_page(&before).await?;
        let mut previous = before.first().and_then(|record| record.hash);
        for record in &records {
            let hash = record.hash_after(previous);
            self.unit.seal_audit(record.number, &hash).await?;
            previous = Some(hash);
        }
        Ok(true)
    }
}
