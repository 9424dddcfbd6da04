//! How a change runs: authorised by the caller's role as of now, under the licence as of now, with
//! its audit entries in the same transaction.

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_domain::{
    Permission,
    audit::{Action, AuditEntry, AuditRecord},
    licence::Licence,
};
use dqops_users_storage::{DirectoryRecord, Mutation, UnitOfWork};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    Ambient, Caller, Directory, KeyLimits, ServiceError, SessionLimits, directory::Shared,
    licensing::trusted_time,
};

/// How far the noted time may lag behind.
const NOTE_TIME_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// One change of the directory.
#[async_trait]
pub(crate) trait Change: Send + Sync + 'static {
    /// What it answers.
    type Done: Send + 'static;

    /// Whether the caller may do this at all.
    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        caller.must(Permission::ManageAccount)
    }

    /// Makes the change. What it did is undone when it answers an error.
    async fn make(&self, work: &mut Work<'_>) -> Result<Self::Done, ServiceError>;
}

/// What a change works with.
pub(crate) struct Work<'u> {
    pub(crate) unit: &'u mut dyn UnitOfWork,
    /// The caller as of now, under the directory lock.
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
    /// The licence as of now.
    pub(crate) licence: Licence,
    /// The time by which the licence is judged; a clock set back does not move it.
    pub(crate) licence_time: Timestamp,
    pub(crate) record: DirectoryRecord,
    pub(crate) ambient: &'u Ambient,
    pub(crate) api_keys: KeyLimits,
    pub(crate) sessions: SessionLimits,
    pub(crate) password_link_lifetime: SignedDuration,
}

impl Work<'_> {
    /// Adds an entry to the end of the audit trail, in the name of the caller.
    pub(crate) async fn audit(
        &mut self,
        action: Action,
        subject: impl ToString,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), ServiceError> {
        let entry = self.audit_entry(action, subject.to_string(), before, after);
        self.audit_all(vec![entry]).await
    }

    /// An entry in the name of the caller.
    pub(crate) fn audit_entry(
        &self,
        action: Action,
        subject: String,
        before: Option<Value>,
        after: Option<Value>,
    ) -> AuditEntry {
        AuditEntry {
            id: self.ambient.new_id(),
            at: self.now,
            actor: self.caller.actor(),
            action,
            subject,
            before,
            after,
        }
    }

    /// Adds entries to the end of the audit trail.
    pub(crate) async fn audit_all(&mut self, entries: Vec<AuditEntry>) -> Result<(), ServiceError> {
        // Under the lock nobody else adds one; what is undone was never the head.
        let mut head = self.unit.audit_head().await?;
        let mut records = Vec::with_capacity(entries.len());
        for entry in &entries {
            let record = AuditRecord::following(head, entry);
            head = record.head();
            records.push(record);
        }
        Ok(self.unit.append_audit(&records).await?)
    }
}

impl Directory {
    /// Makes a change on behalf of the caller.
    pub(crate) async fn make<C: Change>(
        &self,
        caller: &Caller,
        change: C,
    ) -> Result<C::Done, ServiceError> {
        // Refused here at once, and decided again under the lock, where the role cannot change.
        change.authorise(caller)?;
        let shared = Arc::clone(&self.shared);
        self.storage.write(Authorised { change, caller: caller.clone(), shared }).await
    }
}

struct Authorised<C> {
    change: C,
    caller: Caller,
    shared: Arc<Shared>,
}

#[async_trait]
impl<C: Change> Mutation for Authorised<C> {
    type Kept = C::Done;
    type Refused = ServiceError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<C::Done, ServiceError> {
        let ambient = &self.shared.ambient;
        let now = ambient.now();
        let caller = self.caller.under_lock(unit, now, self.shared.sessions.idle).await?;
        self.change.authorise(&caller)?;
        let record = unit.directory().await?;
        if now > record.latest_time + NOTE_TIME_EVERY {
            unit.set_latest_time(now).await?;
        }
        let licence = self.shared.licensing.licence_of(&record, now);
        let licence_time = trusted_time(&record, now);
        let mut work = Work {
            unit,
            caller,
            now,
            licence,
            licence_time,
            record,
            ambient,
            api_keys: self.shared.api_keys,
            sessions: self.shared.sessions,
            password_link_lifetime: self.shared.password_link_lifetime,
        };
        self.change.make(&mut work).await
    }
}
