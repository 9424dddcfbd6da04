//! Statements on API keys.

use async_trait::async_trait;
use dqops_users_domain::{ApiKey, ApiKeyId, Email, TokenDigest, User, UserId};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession, Value, connection::Row};
use crate::{ApiKeyReader, ApiKeyWriter, StorageError};

const WHAT: &str = "the API key";

/// The user first, a row for each data domain role.
const BY_DIGEST: &str = "SELECT u.email, u.id, u.account_role, u.created_at, u.version, r.data_domain, r.role, \
        k.id, k.user_id, k.name, k.created_at, k.expires_at, k.last_used_at, u.email \
    FROM api_keys k JOIN users u ON u.id = k.user_id LEFT JOIN data_domain_roles r ON r.user_id = u.id \
    WHERE k.digest = $1";

const BY_ID: &str = "SELECT k.id, k.user_id, k.name, k.created_at, k.expires_at, k.last_used_at, u.email \
    FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1";

const BY_OWNER: &str = "SELECT k.id, k.user_id, k.name, k.created_at, k.expires_at, k.last_used_at, u.email \
    FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.user_id = $1 ORDER BY k.created_at, k.id";

const ALL: &str = "SELECT k.id, k.user_id, k.name, k.created_at, k.expires_at, k.last_used_at, u.email \
    FROM api_keys k JOIN users u ON u.id = k.user_id ORDER BY u.email, k.created_at, k.id";

#[async_trait]
impl<C: SqlConnection> ApiKeyReader for SqlSession<C> {
    async fn find_by_digest(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(ApiKey, User)>, StorageError> {
        let found = self.with_user(BY_DIGEST, digest, |row| api_key_at(row, 7)).await?;
        Ok(found.map(|((key, _), user)| (key, user)))
    }

    async fn find_api_key(
        &mut self,
        id: ApiKeyId,
    ) -> Result<Option<(ApiKey, Email)>, StorageError> {
        self.first(BY_ID, &[id.0.into()], api_key).await
    }

    async fn api_keys(
        &mut self,
        owner: Option<UserId>,
    ) -> Result<Vec<(ApiKey, Email)>, StorageError> {
        match owner {
            Some(owner) => self.all(BY_OWNER, &[owner.0.into()], api_key).await,
            None => self.all(ALL, &[], api_key).await,
        }
    }
}

#[async_trait]
impl<C: SqlConnection> ApiKeyWriter for SqlSession<C> {
    async fn insert_api_key(
        &mut self,
        key: &ApiKey,
        digest: &TokenDigest,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO api_keys (id, user_id, digest, name, created_at, expires_at) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            key.id.0.into(),
            key.owner.0.into(),
            Value::Bytes(&digest.0),
            key.name.as_str().into(),
            key.created_at.into(),
            key.expires_at.into(),
        ];
        self.execute(sql, &values).await.map_err(|error| error.naming(WHAT))?;
        // No reader has cached a key that did not exist, so the epoch stays.
        Ok(())
    }

    async fn touch_api_key(&mut self, id: ApiKeyId, at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE api_keys SET last_used_at = $2 \
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
        self.execute(sql, &[id.0.into(), at.into()]).await?;
        Ok(())
    }

    async fn delete_api_key(&mut self, id: ApiKeyId) -> Result<(), StorageError> {
        self.execute_on(WHAT, "DELETE FROM api_keys WHERE id = $1", &[id.0.into()]).await?;
        self.note_change();
        Ok(())
    }
}

fn api_key(row: &dyn Row) -> Result<(ApiKey, Email), StorageError> {
    api_key_at(row, 0)
}

fn api_key_at(row: &dyn Row, column: usize) -> Result<(ApiKey, Email), StorageError> {
    let key = ApiKey {
        id: ApiKeyId(row.uuid(column)?),
        owner: UserId(row.uuid(column + 1)?),
        name: row.text(column + 2)?.to_owned(),
        created_at: row.time(column + 3)?,
        expires_at: row.optional_time(column + 4)?,
        last_used_at: row.optional_time(column + 5)?,
    };
    Ok((key, row.parsed(column + 6, |text| text.parse().ok())?))
}
