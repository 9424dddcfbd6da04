//! The audit log.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use dqops_users_domain::{
    Email, Permission,
    audit::{Action, AuditRecord},
};
use dqops_users_service::AuditPage as Wanted;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::{
    fields::Query,
    refusal::Refusal,
    respond::{Answer, ok, page as page_of},
    views::{Chrome, FieldErrors, Moment, Person, Section, user_path},
    visit::SignedIn,
};

/// `GET /audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// What was asked for.
    pub(crate) query: AuditQuery,
    /// The actions to choose from, in the order in which they are shown.
    pub(crate) actions: Vec<Action>,
    /// What is wrong: `person`, `since`, `until`.
    pub(crate) errors: FieldErrors,
    /// The entries, the newest first.
    pub(crate) rows: Vec<AuditRow>,
    /// The newest entries, where these are older ones.
    pub(crate) newest: Option<String>,
    /// Older entries.
    pub(crate) older: Option<String>,
}

/// What the log was asked for.
#[derive(Clone, Debug)]
pub(crate) struct AuditQuery {
    /// Who did it, or on whom; empty for all.
    pub(crate) person: String,
    /// Only this action.
    pub(crate) action: Option<Action>,
    /// From this day on; empty, or `YYYY-MM-DD`.
    pub(crate) since: String,
    /// Up to and with this day; empty, or `YYYY-MM-DD`.
    pub(crate) until: String,
}

impl AuditQuery {
    /// Whether only some entries are asked for.
    #[must_use]
    pub(crate) fn is_filtered(&self) -> bool {
        let texts = [&self.person, &self.since, &self.until];
        self.action.is_some() || texts.iter().any(|text| !text.is_empty())
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    /// When it was done.
    pub(crate) at: Moment,
    /// Who did it.
    pub(crate) who: Person,
    /// What was done, by its name in the trail, which a later version may have written.
    pub(crate) action: String,
    /// On whom or what.
    pub(crate) subject: Person,
    /// What changed, member by member.
    pub(crate) changes: Vec<Change>,
}

/// What changed in one member.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The member's name.
    pub(crate) name: String,
    /// How it was.
    pub(crate) before: Option<String>,
    /// How it is.
    pub(crate) after: Option<String>,
}

/// Entries on a page.
const PAGE: u32 = 50;

/// Shows the newest entries, or those that are asked for.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn, Query(query): Query) -> Answer {
    let mut asked = AuditQuery {
        person: query.get("person").trim().to_owned(),
        action: Action::from_name(query.get("action")),
        since: query.get("since").trim().to_owned(),
        until: query.get("until").trim().to_owned(),
    };
    let before = query.read("before");
    let mut errors = FieldErrors::none();
    let since = day("since", &mut asked.since, 0, &mut errors);
    let until = day("until", &mut asked.until, 1, &mut errors);
    let page = Wanted {
        user: Some(asked.person.clone()).filter(|text| !text.is_empty()),
        action: asked.action,
        since,
        until,
        before,
        limit: Some(PAGE),
    };
    let mut shown = AuditPage {
        chrome: visit.chrome(Section::Audit),
        actions: Action::ALL.to_vec(),
        errors,
        rows: Vec::new(),
        newest: before.map(|_| asked.path(None)),
        older: None,
        query: asked,
    };
    if !shown.errors.is_empty() {
        caller.must(Permission::ManageAccount)?;
        return Ok(page_of(StatusCode::BAD_REQUEST, &shown));
    }
    match visit.directory().page_of_audit(&caller, page).await {
        Ok((records, has_more)) => {
            let last = records.last().filter(|_| has_more);
            shown.older = last.map(|record| shown.query.path(Some(record.number)));
            shown.rows = records.iter().map(AuditRow::from).collect();
            ok(&shown)
        }
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            refusal.rename(|field| (field == "user").then(|| "person".to_owned()));
            shown.errors = refusal.errors.clone();
            Ok(refusal.page(&shown))
        }
    }
}

/// Reads the field of a day. What is none is told, and taken out: such a field can show no other text.
fn day(
    name: &str,
    text: &mut String,
    days_later: i64,
    errors: &mut FieldErrors,
) -> Option<Timestamp> {
    let start = start_of(text, days_later);
    if start.is_err() {
        text.clear();
        errors.add(name, "Write the day as 2026-11-24.");
    }
    start.ok().flatten()
}

/// When the day begins, or one so many days later; nothing for nothing.
fn start_of(text: &str, days_later: i64) -> Result<Option<Timestamp>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| ())?;
    let day = day.checked_add(Span::new().days(days_later)).map_err(|_| ())?;
    let start = day.to_zoned(TimeZone::UTC).map_err(|_| ())?;
    Ok(Some(start.timestamp()))
}

impl AuditQuery {
    /// The same question before an entry.
    fn path(&self, before: Option<u64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let before = before.map(|number| number.to_string());
        for (name, value) in [
            ("person", self.person.as_str()),
            ("action", self.action.map_or("", Action::as_str)),
            ("since", self.since.as_str()),
            ("until", self.until.as_str()),
            ("before", before.as_deref().unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{query}") }
    }
}

impl From<&AuditRecord> for AuditRow {
    fn from(record: &AuditRecord) -> Self {
        Self {
            at: record.at().into(),
            who: person(&record.actor),
            action: record.action.clone(),
            subject: person(&record.subject),
            changes: changes(record.before.as_deref(), record.after.as_deref()),
        }
    }
}

/// Somebody by the name in the trail; those with an email may have a page.
fn person(name: &str) -> Person {
    let href = name.parse::<Email>().ok().map(|email| user_path(email.as_str()));
    Person { name: name.to_owned(), href }
}

/// What differs between the two states, member by member.
fn changes(before: Option<&str>, after: Option<&str>) -> Vec<Change> {
    let (before, after) = (members(before), members(after));
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Change {
            name: words(name),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}

/// The members of a state; those of an object within it as `object.member`.
fn members(state: Option<&str>) -> BTreeMap<String, String> {
    let mut members = BTreeMap::new();
    if let Some(text) = state {
        // What somebody damaged is shown as it stands there.
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        collect(String::new(), &value, &mut members);
    }
    members
}

fn collect(name: String, value: &Value, members: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (member, value) in object {
                let dot = if name.is_empty() { "" } else { "." };
                collect(format!("{name}{dot}{member}"), value, members);
            }
        }
        Value::Null => {}
        Value::String(text) => {
            members.insert(name, shown(text));
        }
        other => {
            members.insert(name, other.to_string());
        }
    }
}

/// A text of a state; a time to the minute, in UTC and saying so.
fn shown(text: &str) -> String {
    let time = text.parse::<Timestamp>();
    time.map_or_else(|_| text.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// `accountRole` as "account role".
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 2);
    for letter in name.strip_prefix("dataDomainRoles.").unwrap_or(name).chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: Option<&str>, after: Option<&str>) -> Vec<(String, String, String)> {
        let text = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        let told = changes(before, after).into_iter();
        told.map(|c| (c.name, text(c.before), text(c.after))).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before =
            r#"{"accountRole":"viewer","dataDomainRoles":{"sales":"editor","it":"viewer"}}"#;
        let after = r#"{"accountRole":"admin","dataDomainRoles":{"it":"viewer"}}"#;
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        let expected = [row("account role", "viewer", "admin"), row("sales", "editor", "–")];
        assert_eq!(told(Some(before), Some(after)), expected);
        assert_eq!(told(None, Some(r#"{"sessions":2}"#)), [row("sessions", "–", "2")]);
        let expiry = r#"{"expiresAt":"2027-02-22T07:20:13.469726Z"}"#;
        assert_eq!(told(None, Some(expiry)), [row("expires at", "–", "2027-02-22 07:20 UTC")]);
        assert_eq!(told(None, Some("damaged")), [row("", "–", "damaged")]);
        assert!(told(None, None).is_empty());
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(start_of("2026-11-24", 0), Ok(Some(at("2026-11-24T00:00:00Z"))));
        assert_eq!(start_of("2026-11-24", 1), Ok(Some(at("2026-11-25T00:00:00Z"))));
        assert_eq!(start_of("", 1), Ok(None));
        for text in ["x", "24.11.2026", "2026-13-01", "9999-12-31"] {
            assert_eq!(start_of(text, 1), Err(()), "{text}");
        }
    }
}
