//! Statements on password hashes.

use async_trait::async_trait;
use dqops_users_domain::{PasswordHash, UserId};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession};
use crate::{PasswordReader, PasswordWriter, StorageError};

#[async_trait]
impl<C: SqlConnection> PasswordReader for SqlSession<C> {
    async fn password_hash(&mut self, user: UserId) -> Result<Option<PasswordHash>, StorageError> {
        let sql = "SELECT hash FROM passwords WHERE user_id = $1";
        let map = |row: &dyn super::Row| Ok(PasswordHash::from_phc(row.text(0)?.to_owned()));
        self.first(sql, &[user.0.into()], map).await
    }
}

#[async_trait]
impl<C: SqlConnection> PasswordWriter for SqlSession<C> {
    async fn set_password_hash(
        &mut self,
        user: UserId,
        hash: &PasswordHash,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO passwords (user_id, hash, changed_at) VALUES ($1, $2, $3) \
            ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";
        self.execute(sql, &[user.0.into(), hash.expose().into(), at.into()]).await?;
        Ok(())
    }
}
