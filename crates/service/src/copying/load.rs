//! The one change that fills the target, or leaves it as it was.

use async_trait::async_trait;
use dqops_users_domain::audit::{Action, Actor, AuditEntry, AuditRecord};
use dqops_users_storage::{Mutation, Reader, StorageError, Table, UnitOfWork, UserQuery};
use serde_json::json;
use tokio::sync::Mutex;

use super::{CopiedTable, CopyError, CopyPurpose, carry, steps::Steps};
use crate::{Ambient, AuditVerification};

pub(super) struct Load {
    /// The snapshot that is copied.
    pub(super) source: Mutex<Box<dyn Reader>>,
    pub(super) steps: Steps,
    /// What was found of the source's audit trail.
    pub(super) audit: AuditVerification,
    pub(super) purpose: CopyPurpose,
    pub(super) actor: Actor,
    pub(super) ambient: Ambient,
}

/// What was loaded.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) tables: Vec<CopiedTable>,
    pub(super) admins: u64,
}

/// It is long, unlike all other mutations: nobody waits for a directory in which nothing is. And it adds
/// users without a permit: they come with the licence that they are under.
#[async_trait]
impl Mutation for Load {
    type Kept = Loaded;
    type Refused = CopyError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<Loaded, CopyError> {
        let mut source = self.source.lock().await;
        let before = self.steps.done();
        let outcome = self.fill(&mut **source, unit).await;
        if outcome.is_err() {
            self.steps.go_back(before); // It may be tried once more.
        }
        outcome
    }
}

impl Load {
    async fn fill(
        &self,
        source: &mut dyn Reader,
        unit: &mut dyn UnitOfWork,
    ) -> Result<Loaded, CopyError> {
        must_be_empty(unit).await?;
        unit.begin_load().await?;
        let mut tables = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let rows = carry::load(table, source, unit, self.purpose, &self.steps).await?;
            tables.push(CopiedTable { name: table.name(), rows, compared: 0 });
        }
        for (table, copied) in Table::ALL.into_iter().zip(&mut tables) {
            copied.compared = carry::compare(table, source, unit, &self.steps).await?;
        }
        if carry::verify_trail(unit, &self.steps).await? != self.audit {
            return Err(CopyError::Differs(Table::Audit.name()));
        }
        unit.end_load().await?;
        let admins = unit.count_admins().await?;
        if self.purpose != CopyPurpose::Backup {
            must_make_sense(unit).await?;
        }
        match self.purpose {
            CopyPurpose::Backup => return Ok(Loaded { tables, admins }),
            CopyPurpose::Restore => self.note(Action::DirectoryRestored, unit).await?,
            CopyPurpose::Move => self.note(Action::DirectoryCopied, unit).await?,
        }
        unit.follow_loaded_epoch().await?;
        Ok(Loaded { tables, admins })
    }

    /// Adds an entry to the audit trail that was loaded.
    async fn note(&self, action: Action, unit: &mut dyn UnitOfWork) -> Result<(), CopyError> {
        let after = json!({
            "users": unit.count_users().await?,
            "auditEntries": self.audit.entries,
            "auditFault": self.audit.fault.map(|fault| fault.to_string()),
        });
        let entry = AuditEntry {
            id: self.ambient.new_id(),
            at: self.ambient.now(),
            actor: self.actor.clone(),
            action,
            subject: "(directory)".to_owned(),
            before: None,
            after: Some(after),
        };
        let record = AuditRecord::following(unit.audit_head().await?, &entry);
        Ok(unit.append_audit(std::slice::from_ref(&record)).await?)
    }
}

/// Refuses a target in which more is than in one that was just made, and maybe started.
async fn must_be_empty(unit: &mut dyn UnitOfWork) -> Result<(), CopyError> {
    for table in Table::ALL {
        let most = match table {
            Table::Directory | Table::DataDomains => 1, // the record and the root domain
            Table::SetupCodes => continue,
            _ => 0,
        };
        if unit.rows_after(table, None, 2).await?.len() > most {
            return Err(CopyError::NotEmpty(table.name()));
        }
    }
    Ok(())
}

/// Refuses what servers could not work with, or would work wrongly with: rows that cannot be read by their
/// meaning, and a count of users that is not that of the users. A backup is taken of such a directory all
/// the same.
async fn must_make_sense(unit: &mut dyn UnitOfWork) -> Result<(), CopyError> {
    unit.directory().await?;
    unit.visit_users(&UserQuery::default(), &mut |_| {}).await?;
    let (counted, users) = (unit.count_users().await?, unit.count_rows(Table::Users).await?);
    if counted != users {
        let damage = format!("it counts {counted} users and holds {users}");
        return Err(StorageError::Corrupt(damage).into());
    }
    Ok(())
}
