//! Statements on the directory's record, the one row that all mutations share.

use async_trait::async_trait;
use dqops_users_domain::{Epoch, TokenDigest};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession, Value, connection};
use crate::{DirectoryReader, DirectoryRecord, DirectoryWriter, StorageError};

/// Reads the epoch of the last commit.
///
/// # Errors
/// The storage's error.
pub async fn read_epoch(
    connection: &mut (impl SqlConnection + ?Sized),
) -> Result<Epoch, StorageError> {
    let epoch = connection::number(connection, "SELECT epoch FROM directory", &[]).await?;
    Ok(Epoch(epoch.unsigned_abs()))
}

#[async_trait]
impl<C: SqlConnection> DirectoryReader for SqlSession<C> {
    async fn directory(&mut self) -> Result<DirectoryRecord, StorageError> {
        let sql = "SELECT epoch, data_domains_version, started_at, latest_time, \
            latest_licence_issued_at, licence FROM directory";
        let record = self
            .first(sql, &[], |row| {
                Ok(DirectoryRecord {
                    epoch: Epoch(row.integer(0)?.unsigned_abs()),
                    data_domains_version: Epoch(row.integer(1)?.unsigned_abs()),
                    started_at: row.optional_time(2)?,
                    latest_time: row.time(3)?,
                    latest_licence_issued_at: row.time(4)?,
                    licence: row.optional_text(5)?.map(str::to_owned),
                })
            })
            .await?;
        let mut record = record
            .ok_or_else(|| StorageError::Corrupt("the directory's record is missing".to_owned()))?;
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
        self.changes.visible = true;
        Ok(())
    }

    async fn set_licence(&mut self, token: Option<&str>) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET licence = $1", &[Value::OptionalText(token)]).await?;
        self.changes.visible = true;
        Ok(())
    }

    async fn set_latest_licence_issued_at(&mut self, at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE directory SET latest_licence_issued_at = $1";
        self.execute(sql, &[at.into()]).await?;
        self.changes.visible = true;
        Ok(())
    }

    async fn set_latest_time(&mut self, at: Timestamp) -> Result<(), StorageError> {
        self.execute("UPDATE directory SET latest_time = $1", &[at.into()]).await?;
        self.changes.visible = true;
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

    async fn clear_setup_codes(&mut self) -> Result<(), StorageError> {
        self.execute("DELETE FROM setup_codes", &[]).await?;
        Ok(())
    }
}

impl<C: SqlConnection> SqlSession<C> {
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
