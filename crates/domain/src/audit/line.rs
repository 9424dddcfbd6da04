//! A record as JSON: a line of an export, and what the API answers.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{AuditHash, AuditRecord};

impl Serialize for AuditHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AuditHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The members in their order. What is stored as the text of a JSON value stands there as it is, so
/// that the hash can be computed again from the line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    number: u64,
    id: Uuid,
    at: Timestamp,
    actor: Cow<'l, str>,
    action: Cow<'l, str>,
    subject: Cow<'l, str>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    before: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    after: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<AuditHash>,
}

/// `null` is a value like others; only what does not stand there is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(deserializer).map(Some)
}

/// The text itself; as a string if an edit made it no JSON, or more than a line.
fn raw(text: &str) -> Option<Box<RawValue>> {
    let is_line = !text.contains(['\n', '\r']);
    let own = is_line.then(|| RawValue::from_string(text.to_owned()).ok()).flatten();
    own.or_else(|| serde_json::value::to_raw_value(text).ok())
}

impl Serialize for AuditRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let line = Line {
            number: self.number,
            id: self.id,
            at: self.at(),
            actor: self.actor.as_str().into(),
            action: self.action.as_str().into(),
            subject: self.subject.as_str().into(),
            before: self.before.as_deref().and_then(raw),
            after: self.after.as_deref().and_then(raw),
            hash: self.hash,
        };
        line.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AuditRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = Line::deserialize(deserializer)?;
        let text = |raw: Option<Box<RawValue>>| raw.map(|raw| Box::<str>::from(raw).into_string());
        Ok(Self {
            number: line.number,
            id: line.id,
            at_micros: line.at.as_microsecond(),
            actor: line.actor.into_owned(),
            action: line.action.into_owned(),
            subject: line.subject.into_owned(),
            before: text(line.before),
            after: text(line.after),
            hash: line.hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> AuditRecord {
        AuditRecord {
            number: 3,
            id: Uuid::from_u128(7),
            at_micros: 1_767_225_600_000_001,
            actor: "ann@example.com".to_owned(),
            action: "user_updated".to_owned(),
            subject: "\u{1b}[31m\"\n".to_owned(),
            before: None,
            after: Some(r#"{"b":1,"a":1.0e1,"a":"\u00e4"}"#.to_owned()),
            hash: Some(AuditHash([0xab; 32])),
        }
    }

    fn written(record: &AuditRecord) -> String {
        serde_json::to_string(record).unwrap()
    }

    #[test]
    fn a_line_holds_every_member_word_for_word() {
        let expected = format!(
            concat!(
                r#"{{"number":3,"id":"00000000-0000-0000-0000-000000000007","#,
                r#""at":"2026-01-01T00:00:00.000001Z","actor":"ann@example.com","#,
                r#""action":"user_updated","subject":"\u001b[31m\"\n","#,
                r#""after":{{"b":1,"a":1.0e1,"a":"\u00e4"}},"hash":"{}"}}"#
            ),
            "ab".repeat(32)
        );
        assert_eq!(written(&record()), expected);
    }

    #[test]
    fn a_line_reads_back_as_it_was() {
        let edits: [fn(&mut AuditRecord); 4] = [
            |_| {},
            |record| record.before = Some("null".to_owned()),
            |record| (record.after, record.hash) = (None, None),
            |record| record.at_micros = -1,
        ];
        for edit in edits {
            let mut record = record();
            edit(&mut record);
            assert_eq!(serde_json::from_str::<AuditRecord>(&written(&record)).unwrap(), record);
        }
    }

    #[test]
    fn what_an_edit_left_is_written_in_one_line_and_does_not_read_back_as_whole() {
        let edits: [fn(&mut AuditRecord); 4] = [
            |record| record.after = Some("{".to_owned()),
            |record| record.after = Some("{\n}".to_owned()),
            |record| record.before = Some(String::new()),
            |record| record.at_micros = i64::MAX,
        ];
        for edit in edits {
            let mut record = record();
            edit(&mut record);
            let line = written(&record);
            assert!(!line.contains('\n'), "{line}");
            let read = serde_json::from_str::<AuditRecord>(&line).unwrap();
            assert_ne!(read.hash_after(None), record.hash_after(None));
        }
    }

    #[test]
    fn nothing_can_be_slipped_in_beside_what_the_hash_covers() {
        let line = written(&record());
        for (from, to) in [
            (r#"{"number""#, r#"{"note":1,"number""#),
            (r#""number":3,"#, r#""number":3,"number":3,"#),
            (r#""number":3,"#, ""),
        ] {
            let edited = line.replacen(from, to, 1);
            assert!(serde_json::from_str::<AuditRecord>(&edited).is_err(), "{edited}");
        }
        let edited = line.replacen(r#""after""#, r#""before":null,"after""#, 1);
        let read = serde_json::from_str::<AuditRecord>(&edited).unwrap();
        assert_eq!(read.before.as_deref(), Some("null"));
    }
}
