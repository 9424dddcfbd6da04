//! The parts of a copy: carrying a table over, comparing it, and verifying the audit trail.

use dqops_users_domain::audit::Chain;
use dqops_users_storage::{Reader, StoredRow, Table, UnitOfWork};

use super::{CopyError, CopyPurpose, steps::Steps};
use crate::AuditVerification;

/// Rows that are in memory at once, of each side.
const STEP: u32 = 1000;

/// Reads a table step by step.
struct Walk {
    table: Table,
    last: Option<StoredRow>,
}

impl Walk {
    const fn through(table: Table) -> Self {
        Self { table, last: None }
    }

    async fn step(&mut self, reader: &mut dyn Reader) -> Result<Vec<StoredRow>, CopyError> {
        let rows = reader.rows_after(self.table, self.last.as_ref(), STEP).await?;
        if let Some(last) = rows.last() {
            self.last = Some(last.clone());
        }
        Ok(rows)
    }
}

/// Carries all rows of a table over, checked unless it is for a backup; answers how many.
pub(super) async fn load(
    table: Table,
    source: &mut dyn Reader,
    target: &mut dyn UnitOfWork,
    purpose: CopyPurpose,
    steps: &Steps,
) -> Result<u64, CopyError> {
    let (mut walk, mut count) = (Walk::through(table), 0);
    loop {
        let rows = walk.step(source).await?;
        if rows.is_empty() {
            return Ok(count);
        }
        if purpose != CopyPurpose::Backup {
            rows.iter().try_for_each(|row| table.check(row))?;
        }
        target.load_rows(table, &rows).await?;
        count += rows.len() as u64;
        steps.take(rows.len());
    }
}

/// Compares all rows of a table, column by column; answers how many.
pub(super) async fn compare(
    table: Table,
    source: &mut dyn Reader,
    target: &mut dyn Reader,
    steps: &Steps,
) -> Result<u64, CopyError> {
    let (mut here, mut there, mut count) = (Walk::through(table), Walk::through(table), 0);
    loop {
        let wanted = here.step(source).await?;
        if there.step(target).await? != wanted {
            return Err(CopyError::Differs(table.name()));
        }
        if wanted.is_empty() {
            return Ok(count);
        }
        count += wanted.len() as u64;
        steps.take(wanted.len());
    }
}

/// Verifies the chain of the audit trail in the snapshot.
pub(super) async fn verify_trail(
    reader: &mut dyn Reader,
    steps: &Steps,
) -> Result<AuditVerification, CopyError> {
    let (mut chain, mut fault, mut last) = (Chain::new(), None, None);
    while fault.is_none() {
        let records = reader.audit_after(last, STEP).await?;
        let Some(record) = records.last() else { break };
        last = Some(record.number);
        fault = records.iter().find_map(|record| chain.take(record).err());
        steps.take(records.len());
    }
    Ok(AuditVerification { entries: chain.entries(), head: chain.head(), fault })
}
