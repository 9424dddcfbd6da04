//! A snapshot or a unit of work over one SQL connection.

use std::hash::{BuildHasher as _, RandomState};

use dqops_users_domain::{Epoch, audit::AuditHead};

use super::{
    SqlConnection, Value,
    connection::{self, Row},
    directory::Opening,
};
use crate::{DirectoryRecord, StorageError};

/// The shared statements over one connection. As [`Reader`](crate::Reader) it is a snapshot; within
/// the writer's transaction it is also the [`UnitOfWork`](crate::UnitOfWork).
pub struct SqlSession<C> {
    connection: C,
    /// The epoch that the commit will make, which becomes the version of the rows it writes.
    next: Epoch,
    pub(super) changes: Changes,
    /// The error by which the connection was lost, if it was.
    lost: Option<StorageError>,
}

/// What the transaction did so far to the directory's record, written once before the commit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Whether readers can see a difference, so that the epoch must rise.
    visible: bool,
    /// Whether a credential, or the user behind it, may be another than before.
    rights: bool,
    /// Whether the set of data domains changed.
    pub(super) data_domains: bool,
    /// Users added less users deleted.
    pub(super) users: i64,
    /// The directory's record and the count of users before: nobody else changes them under the lock.
    pub(super) record: Option<(DirectoryRecord, i64)>,
    /// The end of the audit trail, once it was asked for: nobody else adds to it under the lock.
    pub(super) audit_head: Option<AuditHead>,
    /// Entries added to the audit trail.
    pub(super) audit_entries: u64,
}

impl<C: SqlConnection> SqlSession<C> {
    /// A session on a connection that has a read transaction open.
    pub const fn reading(connection: C) -> Self {
        Self {
            connection,
            next: Epoch(0),
            changes: Changes {
                visible: false,
                rights: false,
                data_domains: false,
                users: 0,
                record: None,
                audit_head: None,
                audit_entries: 0,
            },
            lost: None,
        }
    }

    /// A session on a connection that holds the directory lock.
    pub(crate) fn writing(connection: C, opening: Opening) -> Self {
        let Opening { record, users, audit_head } = opening;
        let next = record.epoch.next(random());
        let changes = Changes {
            record: Some((record, users)),
            audit_head: Some(audit_head),
            ..Changes::default()
        };
        Self { connection, next, changes, lost: None }
    }

    /// What was done so far; to be restored when a savepoint is rolled back to.
    pub(crate) fn changes(&self) -> Changes {
        self.changes.clone()
    }

    /// Entries added to the audit trail so far.
    pub(crate) const fn audit_entries(&self) -> u64 {
        self.changes.audit_entries
    }

    pub(crate) fn restore(&mut self, changes: Changes) {
        self.changes = changes;
    }

    /// Takes note that readers can see a difference.
    pub(super) const fn note_change(&mut self) {
        self.changes.visible = true;
        self.changes.rights = true;
    }

    /// Takes note that readers can see something new, on which nobody's rights rest yet.
    pub(super) const fn note_addition(&mut self) {
        self.changes.visible = true;
    }

    /// Whether every credential and user is as it was at `epoch`.
    pub(super) fn has_rights_of(&self, epoch: Epoch) -> bool {
        let committed = self.changes.record.as_ref().map(|(record, _)| record.epoch);
        committed == Some(epoch) && !self.changes.rights
    }

    /// Writes the directory's record. Answers the new epoch if readers can see a difference.
    pub(crate) async fn conclude(&mut self) -> Result<Option<Epoch>, StorageError> {
        if !self.changes.visible {
            return Ok(None);
        }
        self.write_record().await?;
        Ok(Some(self.next))
    }

    /// The error by which the connection was lost since the last call.
    pub(crate) const fn take_lost(&mut self) -> Option<StorageError> {
        self.lost.take()
    }

    fn note<T>(&mut self, result: Result<T, StorageError>) -> Result<T, StorageError> {
        if let Err(error) = &result
            && error.is_connection_lost()
        {
            self.lost = Some(error.clone());
        }
        result
    }

    /// The version of rows written by this transaction.
    pub(super) fn version(&self) -> Value<'static> {
        Value::Integer(i64::try_from(self.next.0).unwrap_or(i64::MAX))
    }

    pub(super) const fn next_epoch(&self) -> Epoch {
        self.next
    }

    /// Makes the epoch of the commit come after that one, too.
    pub(super) fn follow(&mut self, epoch: Epoch) {
        self.next = self.next.max(epoch).next(random());
    }

    pub(super) async fn prepare_for_bulk(&mut self) -> Result<(), StorageError> {
        let result = self.connection.prepare_for_bulk().await;
        self.note(result)
    }

    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StorageError> {
        let result = self.connection.execute(sql, values).await;
        self.note(result)
    }

    /// Runs a statement that must change something.
    pub(super) async fn execute_on(
        &mut self,
        what: &'static str,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<(), StorageError> {
        match self.execute(sql, values).await? {
            0 => Err(StorageError::NotFound(what)),
            _ => Ok(()),
        }
    }

    pub(super) async fn visit(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        visit: connection::RowVisitor<'_>,
    ) -> Result<(), StorageError> {
        let result = self.connection.visit(sql, values, visit).await;
        self.note(result)
    }

    pub(super) async fn all<T: Send>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        map: fn(&dyn Row) -> Result<T, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let result = connection::all(&mut self.connection, sql, values, map).await;
        self.note(result)
    }

    pub(super) async fn first<T: Send>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        map: fn(&dyn Row) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        let result = connection::first(&mut self.connection, sql, values, map).await;
        self.note(result)
    }

    pub(super) async fn number(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<i64, StorageError> {
        let result = connection::number(&mut self.connection, sql, values).await;
        self.note(result)
    }
}

/// Bits at random, of the hasher's own keys.
fn random() -> u64 {
    RandomState::new().hash_one("epoch")
}
