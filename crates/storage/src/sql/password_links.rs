//! Statements on password links.

use async_trait::async_trait;
use dqops_users_domain::{Email, PasswordLink, TokenDigest, UserId};

use super::{SqlConnection, SqlSession, Value, connection::Row};
use crate::{PasswordLinkReader, PasswordLinkWriter, StorageError};

const WHAT: &str = "the password link";

#[async_trait]
impl<C: SqlConnection> PasswordLinkReader for SqlSession<C> {
    async fn find_password_link(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(PasswordLink, Email)>, StorageError> {
        let sql = "SELECT l.user_id, l.is_requested, l.created_at, l.expires_at, u.email \
            FROM password_links l JOIN users u ON u.id = l.user_id WHERE l.digest = $1";
        let map = |row: &dyn Row| Ok((link(row)?, row.parsed(4, |text| text.parse().ok())?));
        self.first(sql, &[Value::Bytes(&digest.0)], map).await
    }

    async fn password_link(&mut self, user: UserId) -> Result<Option<PasswordLink>, StorageError> {
        let sql = "SELECT user_id, is_requested, created_at, expires_at FROM password_links \
            WHERE user_id = $1 ORDER BY expires_at DESC, is_requested LIMIT 1";
        self.first(sql, &[user.0.into()], link).await
    }
}

// Nothing that a reader caches, so the epoch stays.
#[async_trait]
impl<C: SqlConnection> PasswordLinkWriter for SqlSession<C> {
    async fn set_password_link(
        &mut self,
        link: &PasswordLink,
        digest: &TokenDigest,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO password_links (user_id, is_requested, digest, created_at, expires_at) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, is_requested) DO UPDATE SET \
            digest = excluded.digest, created_at = excluded.created_at, expires_at = excluded.expires_at";
        let values = [
            link.user.0.into(),
            Value::Integer(link.is_requested.into()),
            Value::Bytes(&digest.0),
            link.created_at.into(),
            link.expires_at.into(),
        ];
        self.execute(sql, &values).await.map_err(|error| error.naming(WHAT))?;
        Ok(())
    }

    async fn delete_password_links(&mut self, user: UserId) -> Result<(), StorageError> {
        let sql = "DELETE FROM password_links WHERE user_id = $1";
        self.execute(sql, &[user.0.into()]).await?;
        Ok(())
    }
}

fn link(row: &dyn Row) -> Result<PasswordLink, StorageError> {
    Ok(PasswordLink {
        user: UserId(row.uuid(0)?),
        is_requested: row.integer(1)? != 0,
        created_at: row.time(2)?,
        expires_at: row.time(3)?,
    })
}
