//! Statements on the audit trail.

use std::sync::LazyLock;

use async_trait::async_trait;
use dqops_users_domain::audit::{Action, AuditHash, AuditHead, AuditRecord};
use jiff::Timestamp;

use super::{SqlConnection, SqlSession, Value, connection::Row, rows::RowInsert};
use crate::{AuditQuery, AuditReader, AuditWriter, StorageError};

const WHAT: &str = "the audit entry";

static INSERT: LazyLock<RowInsert> = LazyLock::new(|| {
    let into = "audit (sequence, id, at, actor, action, subject, before_state, after_state, hash)";
    RowInsert::new(into, 9, "")
});

const HEAD: &str = "SELECT sequence, \
        (SELECT hash FROM audit WHERE hash IS NOT NULL ORDER BY sequence DESC LIMIT 1) \
    FROM audit ORDER BY sequence DESC LIMIT 1";

const AFTER: &str = "SELECT sequence, id, at, actor, action, subject, before_state, after_state, hash \
    FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2";

/// Only while the last entry has no hash: else all were sealed, and what has none was put in.
const UNSEALED: &str = "SELECT sequence, id, at, actor, action, subject, before_state, after_state, hash \
    FROM audit WHERE hash IS NULL AND sequence <= (SELECT last_before_chain FROM directory) \
        AND (SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1) IS NULL \
    ORDER BY sequence LIMIT $1";

/// The numbers between which all entries of a time lie. Times mostly rise with the numbers, but a clock
/// may be set back, so the page's statement looks at the time again; the plus keeps it from choosing
/// the index of times, by which it would have to sort.
const WINDOW: &str = "SELECT min(sequence), max(sequence) FROM audit WHERE at >= $1 AND at <= $2";

const PAGE: &str = "SELECT sequence, id, at, actor, action, subject, before_state, after_state, hash \
    FROM audit WHERE sequence >= $1 AND sequence <= $2 AND +at >= $3 AND +at <= $4 \
    ORDER BY sequence DESC LIMIT $5";

const PAGE_OF_ACTION: &str = "SELECT sequence, id, at, actor, action, subject, before_state, after_state, hash \
    FROM audit WHERE action = $6 AND sequence >= $1 AND sequence <= $2 AND +at >= $3 AND +at <= $4 \
    ORDER BY sequence DESC LIMIT $5";

/// Two walks, each along its index: one statement with OR would read and sort all of a person.
const PAGE_OF_PERSON: &str = "SELECT sequence, id, at, actor, action, subject, before_state, after_state, hash FROM ( \
    SELECT * FROM (SELECT * FROM audit \
        WHERE actor = $6 AND sequence >= $1 AND sequence <= $2 AND +at >= $3 AND +at <= $4 \
            AND ($7 = '' OR action = $7) ORDER BY sequence DESC LIMIT $5) by_them \
    UNION ALL \
    SELECT * FROM (SELECT * FROM audit \
        WHERE subject = $6 AND actor <> $6 AND sequence >= $1 AND sequence <= $2 AND +at >= $3 AND +at <= $4 \
            AND ($7 = '' OR action = $7) ORDER BY sequence DESC LIMIT $5) on_them \
    ) both_ways ORDER BY sequence DESC LIMIT $5";

#[async_trait]
impl<C: SqlConnection> AuditReader for SqlSession<C> {
    async fn audit_head(&mut self) -> Result<AuditHead, StorageError> {
        if let Some(head) = self.changes.audit_head {
            return Ok(head);
        }
        let head = self.first(HEAD, &[], |row| head(row, 0)).await?.unwrap_or_default();
        self.changes.audit_head = Some(head);
        Ok(head)
    }

    async fn audit_page(&mut self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StorageError> {
        let [since, until] = times(query);
        let Some([first, last]) = self.bounds(query).await? else { return Ok(Vec::new()) };
        let limit = Value::Integer(query.limit.into());
        let action = query.action.map_or("", Action::as_str).into();
        match &query.person {
            Some(person) => {
                let values = [first, last, since, until, limit, person.as_str().into(), action];
                self.all(PAGE_OF_PERSON, &values, record).await
            }
            None if query.action.is_some() => {
                let values = [first, last, since, until, limit, action];
                self.all(PAGE_OF_ACTION, &values, record).await
            }
            None => self.all(PAGE, &[first, last, since, until, limit], record).await,
        }
    }

    async fn audit_after(
        &mut self,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StorageError> {
        let after = after.map_or(Value::Integer(i64::MIN), integer);
        self.all(AFTER, &[after, Value::Integer(limit.into())], record).await
    }

    async fn unsealed_audit(&mut self, limit: u32) -> Result<Vec<AuditRecord>, StorageError> {
        self.all(UNSEALED, &[Value::Integer(limit.into())], record).await
    }
}

#[async_trait]
impl<C: SqlConnection> AuditWriter for SqlSession<C> {
    async fn append_audit(&mut self, records: &[AuditRecord]) -> Result<(), StorageError> {
        let rows = records.iter().map(|record| {
            [
                integer(record.number),
                record.id.into(),
                Value::Integer(record.at_micros),
                record.actor.as_str().into(),
                record.action.as_str().into(),
                record.subject.as_str().into(),
                Value::OptionalText(record.before.as_deref()),
                Value::OptionalText(record.after.as_deref()),
                Value::OptionalBytes(record.hash.as_ref().map(|hash| &hash.0[..])),
            ]
        });
        let rows: Vec<_> = rows.collect();
        self.insert_rows(&INSERT, rows.as_flattened()).await.map_err(|error| error.naming(WHAT))?;
        if let Some(last) = records.last() {
            self.changes.audit_head = Some(last.head());
        }
        self.changes.audit_entries += records.len() as u64;
        Ok(())
    }

    async fn seal_audit(&mut self, number: u64, hash: &AuditHash) -> Result<(), StorageError> {
        let sql = "UPDATE audit SET hash = $2 WHERE sequence = $1 AND hash IS NULL";
        self.execute_on(WHAT, sql, &[integer(number), Value::Bytes(&hash.0)]).await?;
        self.changes.audit_head = None; // It is another one now.
        Ok(())
    }
}

impl<C: SqlConnection> SqlSession<C> {
    /// The first and the last number that the entries of a query can have; `None` when there is none.
    async fn bounds(
        &mut self,
        query: &AuditQuery,
    ) -> Result<Option<[Value<'static>; 2]>, StorageError> {
        let before = query.before.and_then(|before| i64::try_from(before).ok());
        let last = before.map_or(i64::MAX, |before| before - 1);
        if query.since.is_none() && query.until.is_none() {
            return Ok(Some([i64::MIN, last].map(Value::Integer)));
        }
        let found = self
            .first(WINDOW, &times(query), |row| {
                Ok((row.optional_integer(0)?, row.optional_integer(1)?))
            })
            .await?;
        let Some((Some(first), Some(newest))) = found else { return Ok(None) };
        Ok(Some([first, newest.min(last)].map(Value::Integer)))
    }
}

/// The first and the last microsecond of a query's time; all that can be stored when it has none, so
/// that no edit of the time hides an entry.
fn times(query: &AuditQuery) -> [Value<'static>; 2] {
    let since = query.since.map_or(i64::MIN, micros_from);
    let until = query.until.map_or(i64::MAX, |until| micros_from(until) - 1);
    [since, until].map(Value::Integer)
}

/// The first whole microsecond that is not before the time.
fn micros_from(at: Timestamp) -> i64 {
    let micros = at.as_microsecond(); // Cut towards 1970.
    let is_before = Timestamp::from_microsecond(micros).is_ok_and(|cut| cut < at);
    micros + i64::from(is_before)
}

fn integer(number: u64) -> Value<'static> {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The head of the trail in two columns; that of an empty one where there is no number.
pub(super) fn head(row: &dyn Row, column: usize) -> Result<AuditHead, StorageError> {
    let number = row.optional_integer(column)?.unwrap_or(0);
    Ok(AuditHead { number: number_from(number), hash: hash(row, column + 1) })
}

/// The first that this program writes is 1; what somebody put before it, is found by its hash.
fn number_from(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A hash that cannot be one counts as none, which no sealed entry may have.
fn hash(row: &dyn Row, column: usize) -> Option<AuditHash> {
    let bytes = row.optional_bytes(column).ok().flatten()?;
    bytes.try_into().ok().map(AuditHash)
}

/// Reads whatever stands there: an edit must neither hide from the verification nor spoil a list.
fn record(row: &dyn Row) -> Result<AuditRecord, StorageError> {
    // What is no text is not what was hashed either.
    let text = |column| row.text(column).unwrap_or("\u{fffd}").to_owned();
    let optional = |column| {
        let text = row.optional_text(column).unwrap_or(Some("\u{fffd}"));
        text.map(str::to_owned)
    };
    Ok(AuditRecord {
        number: number_from(row.integer(0)?),
        id: row.uuid(1)?,
        at_micros: row.integer(2)?,
        actor: text(3),
        action: text(4),
        subject: text(5),
        before: optional(6),
        after: optional(7),
        hash: hash(row, 8),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_between_two_microseconds_is_the_later_one() {
        for (time, micros) in [
            ("1970-01-01T00:00:00.000001Z", 1),
            ("1970-01-01T00:00:00.0000010Z", 1),
            ("1970-01-01T00:00:00.000001001Z", 2),
            ("1969-12-31T23:59:59.999998Z", -2),
            ("1969-12-31T23:59:59.999998999Z", -1),
        ] {
            assert_eq!(micros_from(time.parse().unwrap()), micros, "{time}");
        }
    }
}
