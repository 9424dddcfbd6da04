//! Copying a directory as it is at one moment.

use dqops_users_storage::{Reader, Table};
use tokio::sync::Mutex;

use super::{
    CopyError, CopyProgress, carry,
    load::{Load, Loaded},
    steps::Steps,
};
use crate::{AuditVerification, Caller, Directory};

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyPurpose {
    /// A backup, which is the directory to the last column. It is also made of a trail that does not
    /// hold: no fault is a reason to have no backup.
    Backup,
    /// Taking a backup back.
    Restore,
    /// Going on in another database.
    Move,
}

/// How a directory is copied.
pub struct CopyPlan {
    /// What for.
    pub purpose: CopyPurpose,
    /// Whether to go on with an audit trail that does not hold.
    pub accepts_broken_trail: bool,
    /// Who is told how far it has come.
    pub progress: CopyProgress,
}

/// A table that was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// How many were read back from the target and are the same in every column.
    pub compared: u64,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyReport {
    /// The tables, each compared as a whole.
    pub tables: Vec<CopiedTable>,
    /// How many users have the account role `admin`.
    pub admins: u64,
    /// What was found of the audit trail, in the source and in the target alike.
    pub audit: AuditVerification,
}

impl Directory {
    /// Copies the directory as it is now into the database of `target`, in which nothing may be: all of
    /// it, or nothing when anything fails. Every row is read back and compared, and the chain of the
    /// audit trail is verified on both sides. Others may go on changing this directory meanwhile; what
    /// they change is not in the copy.
    ///
    /// But for a backup, the target notes in its audit trail where it comes from.
    ///
    /// # Errors
    /// See [`CopyError`].
    pub async fn copy_into(
        &self,
        caller: &Caller,
        target: &Self,
        plan: CopyPlan,
    ) -> Result<CopyReport, CopyError> {
        if !caller.is_local_operator() {
            return Err(CopyError::NotForThisCaller);
        }
        // One snapshot for all that is read of it.
        let mut source = self.storage.read().await?;
        let steps = Steps::new(count_steps(&mut *source).await?, plan.progress);
        let audit = carry::verify_trail(&mut *source, &steps).await?;
        let is_backup = plan.purpose == CopyPurpose::Backup;
        if let Some(fault) = audit.fault
            && !is_backup
            && !plan.accepts_broken_trail
        {
            return Err(CopyError::TrailDoesNotHold(fault));
        }
        let load = Load {
            source: Mutex::new(source),
            steps,
            audit,
            purpose: plan.purpose,
            actor: caller.actor(),
            ambient: target.shared.ambient.clone(),
        };
        let Loaded { tables, admins } = target.storage.write(load).await?;
        Ok(CopyReport { tables, admins, audit })
    }
}

async fn count_steps(source: &mut dyn Reader) -> Result<u64, CopyError> {
    let mut rows = 0;
    for table in Table::ALL {
        rows += source.count_rows(table).await?;
    }
    let users = source.count_rows(Table::Users).await?;
    let entries = source.count_rows(Table::Audit).await?;
    if users == 0 && entries == 0 {
        return Err(CopyError::NothingThere);
    }
    Ok(2 * (rows + entries))
}
