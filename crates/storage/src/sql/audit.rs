//! Statements on the audit trail.

use async_trait::async_trait;
use dqops_users_domain::audit::{Action, Actor, AuditEntry};
use serde_json::Value as Json;

use super::{SqlConnection, SqlSession, Value, connection::Row};
use crate::{AuditReader, AuditWriter, StorageError};

#[async_trait]
impl<C: SqlConnection> AuditReader for SqlSession<C> {
    async fn latest_audit_entries(&mut self, limit: u32) -> Result<Vec<AuditEntry>, StorageError> {
        let sql = "SELECT id, at, actor, action, subject, before_state, after_state \
            FROM audit ORDER BY sequence DESC LIMIT $1";
        self.all(sql, &[Value::Integer(i64::from(limit))], entry).await
    }
}

#[async_trait]
impl<C: SqlConnection> AuditWriter for SqlSession<C> {
    async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StorageError> {
        let sql = "INSERT INTO audit (id, at, actor, action, subject, before_state, after_state) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let before = entry.before.as_ref().map(Json::to_string);
        let after = entry.after.as_ref().map(Json::to_string);
        let values = [
            entry.id.into(),
            entry.at.into(),
            entry.actor.name().into(),
            entry.action.as_str().into(),
            entry.subject.as_str().into(),
            Value::OptionalText(before.as_deref()),
            Value::OptionalText(after.as_deref()),
        ];
        self.execute(sql, &values).await?;
        Ok(())
    }
}

fn entry(row: &dyn Row) -> Result<AuditEntry, StorageError> {
    let state = |column| -> Result<Option<Json>, StorageError> {
        let text = row.optional_text(column)?;
        let json = text.map(serde_json::from_str).transpose();
        json.map_err(|error| StorageError::Corrupt(error.to_string()))
    };
    Ok(AuditEntry {
        id: row.uuid(0)?,
        at: row.time(1)?,
        actor: row.parsed(2, Actor::from_name)?,
        action: row.parsed(3, Action::from_name)?,
        subject: row.text(4)?.to_owned(),
        before: state(5)?,
        after: state(6)?,
    })
}
