//! Statements on the directory's record, the one row that all mutations share.

use async_trait::async_trait;
use dqops_users_domain::{Epoch, TokenDigest, audit::AuditHead};
use jiff::Timestamp;

use super::{
    SqlConnection, SqlSession, Value,
    connection::{self, Row},
};
use crate::{DirectoryReader, DirectoryRecord, DirectoryWriter, StorageError};

/// Reads the epoch of the last commit.
///
/// # Errors
/// The storage's error.
pub async fn read_epoch(
    connection: &mut (impl SqlConnection + ?Sized),
) -> Result<Epoch, StorageError> {
    let epoch = connection::number(connection, "SELECT epoch FROM directory", &[]).await?;
    stored_epoch(epoch)
}

/// What a transaction of the writer begins with: what nearly every mutation asks for.
pub struct Opening {
    pub(super) record: DirectoryRecord,
    pub(super) users: i64,
    pub(super) audit_head: AuditHead,
}

const RECORD: &str = "SELECT epoch, data_domains_version, started_at, latest_time, \
    latest_licence_issued_at, licence FROM directory";

/// The question after which [`open`] looks.
pub const OPENING: &str = "SELECT epoch, data_domains_version, started_at, latest_time, \
        latest_licence_issued_at, licence, user_count, \
        (SELECT sequence FROM audit ORDER BY sequence DESC LIMIT 1), \
        (SELECT hash FROM audit WHERE hash IS NOT NULL ORDER BY sequence DESC LIMIT 1) \
    FROM directory";

/// Reads the directory's record, the count of users and the head of the audit trail, by [`OPENING`] or
/// by what a storage puts before it.
///
/// # Errors
/// The storage's error.
pub async fn open(
    connection: &mut (impl SqlConnection + ?Sized),
    sql: &'static str,
) -> Result<Opening, StorageError> {
    let opening = connection::first(connection, sql, &[], |row| {
        let audit_head = super::audit::head(row, 7)?;
        Ok(Opening { record: record(row)?, users: row.integer(6)?, audit_head })
    });
    opening.await?.ok_or_else(missing)
}

fn record(row: &dyn Row) -> Result<DirectoryRecord, StorageError> {
    Ok(DirectoryRecord {
        epoch: stored_epoch(row.integer(0)?)?,
        data_domains_version: stored_epoch(row.integer(1)?)?,
        started_at: row.optional_time(2)?,
        latest_time: row.time(3)?,
        latest_licence_issued_at: row.time(4)?,
        licence: row.optional_text(5)?.map(str::to_owned),
    })
}

/// An epoch that cannot rise any more would let what was taken away go on for ever.
pub(super) fn stored_epoch(number: i64) -> Result<Epoch, StorageError> {
    let damage = || StorageError::Corrupt(format!("no directory gets to the epoch {number}"));
    Epoch::from_stored(number).ok_or_else(damage)
}

fn missing() -> StorageError {
    StorageError::Corrupt("the directory's record is missing".to_owned())
}

#[async_trait]
impl<C: SqlConnection> DirectoryReader for SqlSession<C> {
    async fn directory(&mut self) -> Result<DirectoryRecord, StorageError> {
        let mut record = match &self.changes.record {
            Some((record, _)) => record.clone(),
            None => self.first(RECORD, &[], record).await?.ok_or_else(missing)?,
        };
        if self.changes.data_domains {
            record.data_domains_version = self.next_epoch();
        }
        Ok(record)
    }

    async fn is_setup_code(&mut self, digest: &TokenDigest) -> Result<bool, StorageError> {
        let sql = "SELECT count(*) FROM setup_codes WHERE digest = $1";
        Ok(self.number(sql, &[Value::Bytes(&digest.0)]).await? > 0)
    }
}

#[async_trait]
impl<C: SqlConnection> DirectoryWriter for SqlSession<C> {
    async fn set_started_at(&mut self, at: Timestamp) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET started_at = $1", &[at.into()]).await?;
        self.edit_record(|record| record.started_at = Some(at));
        self.note_change();
        Ok(())
    }

    async fn set_licence(&mut self, token: Option<&str>) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET licence = $1", &[Value::OptionalText(token)]).await?;
        self.edit_record(|record| record.licence = token.map(str::to_owned));
        self.note_change();
        Ok(())
    }

    async fn set_latest_licence_issued_at(&mut self, at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE directory SET latest_licence_issued_at = $1";
        self.execute(sql, &[at.into()]).await?;
        self.edit_record(|record| record.latest_licence_issued_at = at);
        self.note_change();
        Ok(())
    }

    async fn set_latest_time(&mut self, at: Timestamp) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET latest_time = $1", &[at.into()]).await?;
        self.edit_record(|record| record.latest_time = at);
        self.note_change();
        Ok(())
    }

    async fn add_setup_code(
        &mut self,
        digest: &TokenDigest,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO setup_codes (digest, created_at) VALUES ($1, $2)";
        self.execute(sql, &[Value::Bytes(&digest.0), at.into()]).await?;
        Ok(())
    }

    fn has_rights_of(&self, epoch: Epoch) -> bool {
        Self::has_rights_of(self, epoch)
    }

    async fn clear_setup_codes(&mut self) -> Result<(), StorageError> {
        self.execute("DELETE FROM setup_codes", &[]).await?;
        Ok(())
    }
}

impl<C: SqlConnection> SqlSession<C> {
    /// Keeps what is remembered of the record in step with what was written.
    fn edit_record(&mut self, edit: impl FnOnce(&mut DirectoryRecord)) {
        if let Some((record, _)) = &mut self.changes.record {
            edit(record);
        }
    }

    /// Raises the epoch and brings the count of users up to date.
    pub(super) async fn write_record(&mut self) -> Result<(), StorageError> {
        let version = self.version();
        let users = Value::Integer(self.changes.users);
        let sql = "UPDATE directory SET epoch = $1, user_count = user_count + $2";
        self.execute(sql, &[version, users]).await?;
        if self.changes.data_domains {
            self.execute("UPDATE directory SET data_domains_version = $1", &[version]).await?;
        }
        Ok(())
    }
}
