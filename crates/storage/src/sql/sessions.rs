//! Statements on sessions.

use async_trait::async_trait;
use dqops_users_domain::{Email, Session, SessionId, TokenDigest, User, UserId};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession, Value, connection::Row};
use crate::{SessionReader, SessionWriter, StorageError};

const WHAT: &str = "the session";

/// The user first, a row for each data domain role.
const BY_DIGEST: &str = "SELECT u.email, u.id, u.account_role, u.created_at, u.version, r.data_domain, r.role, \
        s.id, s.user_id, s.created_at, s.last_used_at, s.ends_at, s.address, s.client, u.email \
    FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN data_domain_roles r ON r.user_id = u.id \
    WHERE s.digest = $1";

const BY_ID: &str = "SELECT s.id, s.user_id, s.created_at, s.last_used_at, s.ends_at, s.address, s.client, u.email \
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1";

const BY_USER: &str = "SELECT s.id, s.user_id, s.created_at, s.last_used_at, s.ends_at, s.address, s.client, u.email \
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.user_id = $1 ORDER BY s.created_at, s.id";

const ALL: &str = "SELECT s.id, s.user_id, s.created_at, s.last_used_at, s.ends_at, s.address, s.client, u.email \
    FROM sessions s JOIN users u ON u.id = s.user_id ORDER BY u.email, s.created_at, s.id";

#[async_trait]
impl<C: SqlConnection> SessionReader for SqlSession<C> {
    async fn find_session_by_digest(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(Session, User)>, StorageError> {
        let found = self.with_user(BY_DIGEST, digest, |row| session_at(row, 7)).await?;
        Ok(found.map(|((session, _), user)| (session, user)))
    }

    async fn find_session(
        &mut self,
        id: SessionId,
    ) -> Result<Option<(Session, Email)>, StorageError> {
        self.first(BY_ID, &[id.0.into()], session).await
    }

    async fn sessions(
        &mut self,
        user: Option<UserId>,
    ) -> Result<Vec<(Session, Email)>, StorageError> {
        match user {
            Some(user) => self.all(BY_USER, &[user.0.into()], session).await,
            None => self.all(ALL, &[], session).await,
        }
    }
}

#[async_trait]
impl<C: SqlConnection> SessionWriter for SqlSession<C> {
    async fn insert_session(
        &mut self,
        session: &Session,
        digest: &TokenDigest,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO sessions \
            (id, user_id, digest, created_at, last_used_at, ends_at, address, client) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = [
            session.id.0.into(),
            session.user.0.into(),
            Value::Bytes(&digest.0),
            session.created_at.into(),
            session.last_used_at.into(),
            session.ends_at.into(),
            session.address.as_str().into(),
            session.client.as_str().into(),
        ];
        self.execute(sql, &values).await.map_err(|error| error.naming(WHAT))?;
        // No reader has cached a session that did not exist, so the epoch stays.
        Ok(())
    }

    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2";
        self.execute(sql, &[id.0.into(), at.into()]).await?;
        Ok(())
    }

    async fn delete_session(&mut self, id: SessionId) -> Result<(), StorageError> {
        self.execute_on(WHAT, "DELETE FROM sessions WHERE id = $1", &[id.0.into()]).await?;
        self.note_change();
        Ok(())
    }

    async fn delete_ended_sessions(&mut self, now: Timestamp) -> Result<(), StorageError> {
        // Readers know that these have ended, so the epoch stays.
        self.execute("DELETE FROM sessions WHERE ends_at <= $1", &[now.into()]).await?;
        Ok(())
    }
}

fn session(row: &dyn Row) -> Result<(Session, Email), StorageError> {
    session_at(row, 0)
}

fn session_at(row: &dyn Row, column: usize) -> Result<(Session, Email), StorageError> {
    let session = Session {
        id: SessionId(row.uuid(column)?),
        user: UserId(row.uuid(column + 1)?),
        created_at: row.time(column + 2)?,
        last_used_at: row.time(column + 3)?,
        ends_at: row.time(column + 4)?,
        address: row.text(column + 5)?.to_owned(),
        client: row.text(column + 6)?.to_owned(),
    };
    Ok((session, row.parsed(column + 7, |text| text.parse().ok())?))
}
