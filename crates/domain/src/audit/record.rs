//! An entry as it is stored: word for word, with its number and its hash.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Action, Actor, AuditEntry, AuditHash, AuditHead, hash::FieldHasher};

/// Keeps these hashes apart from all others; to be raised when what is hashed changes.
const TAG: &str = "dqops-users audit entry 1";

/// An entry as it is stored, word for word: what the hash covers, and what may have been edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place in the trail; the first is 1, and each is one more than the one before. Entries from
    /// before the chain may have gaps between them.
    pub number: u64,
    /// The entry's identity.
    pub id: Uuid,
    /// When it was done, in microseconds since 1970 UTC.
    pub at_micros: i64,
    /// The name of who did it.
    pub actor: String,
    /// The name of what was done.
    pub action: String,
    /// On whom or what.
    pub subject: String,
    /// How it was before, as the text of a JSON value.
    pub before: Option<String>,
    /// How it was after, as the text of a JSON value.
    pub after: Option<String>,
    /// The hash; `None` for an entry from before the chain that is not sealed yet.
    pub hash: Option<AuditHash>,
}

/// A record holds something that is no part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {number} of the audit trail cannot be read: its {what} is none")]
pub struct UnreadableRecord {
    /// Its number.
    pub number: u64,
    /// What cannot be read.
    pub what: &'static str,
}

impl AuditRecord {
    /// The record of an entry that is added after `head`.
    #[must_use]
    pub fn following(head: AuditHead, entry: &AuditEntry) -> Self {
        let mut record = Self {
            number: head.number + 1,
            id: entry.id,
            at_micros: entry.at.as_microsecond(),
            actor: entry.actor.name().to_owned(),
            action: entry.action.as_str().to_owned(),
            subject: entry.subject.clone(),
            before: entry.before.as_ref().map(Value::to_string),
            after: entry.after.as_ref().map(Value::to_string),
            hash: None,
        };
        record.hash = Some(record.hash_after(head.hash));
        record
    }

    /// The head of a trail that ends with this record.
    #[must_use]
    pub const fn head(&self) -> AuditHead {
        AuditHead { number: self.number, hash: self.hash }
    }

    /// The hash that the record must have after the one with the `previous` hash; the first of a trail
    /// has none before it.
    #[must_use]
    pub fn hash_after(&self, previous: Option<AuditHash>) -> AuditHash {
        FieldHasher::new(TAG)
            .optional(previous, |hasher, hash| hasher.bytes(&hash.0))
            .bytes(&self.number.to_be_bytes())
            .bytes(self.id.as_bytes())
            .bytes(&self.at_micros.to_be_bytes())
            .text(&self.actor)
            .text(&self.action)
            .text(&self.subject)
            .optional(self.before.as_deref(), FieldHasher::text)
            .optional(self.after.as_deref(), FieldHasher::text)
            .finish()
    }

    /// When it was done; the nearest time that there is, if an edit made it none.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        let bound = if self.at_micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_microsecond(self.at_micros).unwrap_or(bound)
    }

    /// The entry that was stored.
    ///
    /// # Errors
    /// [`UnreadableRecord`] when an edit, or a newer version of this program, wrote what is none.
    pub fn entry(&self) -> Result<AuditEntry, UnreadableRecord> {
        let none = |what| UnreadableRecord { number: self.number, what };
        let state = |text: Option<&String>, what| {
            text.map(|text| serde_json::from_str(text)).transpose().map_err(|_| none(what))
        };
        Ok(AuditEntry {
            id: self.id,
            at: Timestamp::from_microsecond(self.at_micros).map_err(|_| none("time"))?,
            actor: Actor::from_name(&self.actor).ok_or_else(|| none("actor"))?,
            action: Action::from_name(&self.action).ok_or_else(|| none("action"))?,
            subject: self.subject.clone(),
            before: state(self.before.as_ref(), "state before")?,
            after: state(self.after.as_ref(), "state after")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            id: Uuid::from_u128(7),
            at: "2026-01-01T00:00:00.000001Z".parse().unwrap(),
            actor: Actor::LocalOperator,
            action: Action::UserUpdated,
            subject: "jane@example.com".to_owned(),
            before: None,
            after: Some(json!({"accountRole": "viewer", "text": "\u{1F98A} \" \\ \n"})),
        }
    }

    /// Exports of today must verify for good: who changes this hash, must raise the tag and go on
    /// verifying the old one.
    #[test]
    fn the_hash_stays_what_it_is() {
        let record = AuditRecord::following(AuditHead::default(), &entry());
        let hash = record.hash.unwrap().to_string();
        assert_eq!(hash, "12d18f9cbf2f88c283cb4071187f0420a9a6ae93feeaeee002c9d25d55c0aeac");
        let next = AuditRecord::following(AuditHead { number: 1, hash: record.hash }, &entry());
        assert_eq!(
            next.hash.unwrap().to_string(),
            "d63f606bd9acbaf5174a2f68344788ca9e28afc5e682060bc3e3ac822e3d9dae"
        );
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let record = AuditRecord::following(AuditHead::default(), &entry());
        assert_eq!((record.number, record.entry()), (1, Ok(entry())));
        assert_eq!(record.at(), entry().at);
    }

    type Edit = fn(&mut AuditRecord);

    #[test]
    fn what_is_no_entry_is_named() {
        let record = AuditRecord::following(AuditHead::default(), &entry());
        let edits: [(&str, Edit); 4] = [
            ("time", |record| record.at_micros = i64::MAX),
            ("actor", |record| record.actor = "nobody at all".to_owned()),
            ("action", |record| record.action.clear()),
            ("state after", |record| record.after = Some("{".to_owned())),
        ];
        for (what, edit) in edits {
            let mut edited = record.clone();
            edit(&mut edited);
            assert_eq!(edited.entry(), Err(UnreadableRecord { number: 1, what }));
            assert_ne!(edited.hash_after(None), record.hash.unwrap());
        }
        assert_eq!(AuditRecord { at_micros: i64::MIN, ..record }.at(), Timestamp::MIN);
    }
}
