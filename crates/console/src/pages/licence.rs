//! The licence: how it stands, what it allows, and installing another one.

use askama::Template;

use crate::views::{Chrome, FieldErrors, Moment, Seats, Tone};

/// `GET /licence`. Field: `licence`.
#[derive(Clone, Debug, Template)]
#[template(path = "licence.html")]
pub struct LicencePage {
    /// The frame.
    pub chrome: Chrome,
    /// The type, as the vendor names it.
    pub kind: String,
    /// How it stands, in a sentence.
    pub state: String,
    /// How that should strike the reader.
    pub tone: Tone,
    /// What stands in it.
    pub facts: LicenceFacts,
    /// The seats.
    pub seats: Seats,
    /// What it allows now.
    pub allowances: Vec<Allowance>,
    /// What an admin can do.
    pub management: Option<LicenceManagement>,
    /// What is wrong.
    pub errors: FieldErrors,
}

/// What stands in a licence.
#[derive(Clone, Debug)]
pub struct LicenceFacts {
    /// To whom it is issued.
    pub customer: Option<String>,
    /// Its identity, for the vendor's support.
    pub id: Option<String>,
    /// When it was issued.
    pub issued: Option<Moment>,
    /// When it lapses; `None` for never.
    pub expires: Option<Moment>,
    /// Whatever else: name and value.
    pub others: Vec<(String, String)>,
}

/// One thing that a licence may allow.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// What: "Add users".
    pub what: String,
    /// Whether it does.
    pub is_allowed: bool,
    /// Within what limits, or why not.
    pub remark: Option<String>,
}

/// What an admin can do with the licence.
#[derive(Clone, Debug)]
pub struct LicenceManagement {
    /// The licence, as pasted before.
    pub licence: String,
    /// What removing the installed one does; `None` where none is installed.
    pub removal: Option<String>,
}
