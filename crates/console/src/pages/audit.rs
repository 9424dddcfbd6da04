//! The audit log.

use askama::Template;
use dqops_users_domain::audit::Action;

use crate::views::{Chrome, FieldErrors, Moment, Person};

/// `GET /audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was asked for.
    pub query: AuditQuery,
    /// The actions to choose from, in the order in which they are shown.
    pub actions: Vec<Action>,
    /// What is wrong: `person`, `since`, `until`.
    pub errors: FieldErrors,
    /// The entries, the newest first.
    pub rows: Vec<AuditRow>,
    /// The newest entries, where these are older ones.
    pub newest: Option<String>,
    /// Older entries.
    pub older: Option<String>,
}

/// What the log was asked for.
#[derive(Clone, Debug)]
pub struct AuditQuery {
    /// Who did it, or on whom; empty for all.
    pub person: String,
    /// Only this action.
    pub action: Option<Action>,
    /// From this day on; empty, or `YYYY-MM-DD`.
    pub since: String,
    /// Up to and with this day; empty, or `YYYY-MM-DD`.
    pub until: String,
}

impl AuditQuery {
    /// Whether only some entries are asked for.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.person, &self.since, &self.until];
        self.action.is_some() || texts.iter().any(|text| !text.is_empty())
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// When it was done.
    pub at: Moment,
    /// Who did it.
    pub who: Person,
    /// What was done.
    pub action: Action,
    /// On whom or what.
    pub subject: Person,
    /// What changed, member by member.
    pub changes: Vec<Change>,
}

/// What changed in one member.
#[derive(Clone, Debug)]
pub struct Change {
    /// The member's name.
    pub name: String,
    /// How it was.
    pub before: Option<String>,
    /// How it is.
    pub after: Option<String>,
}
