//! The audit log, the licence, about, errors.

use std::error::Error;

use dqops_users_console::{
    pages::{
        about::{AboutPage, Health},
        audit::{AuditPage, AuditQuery, AuditRow, Change},
        error::ErrorPage,
        licence::{Allowance, LicenceFacts, LicenceManagement, LicencePage},
    },
    views::{FieldErrors, Link, Person, Seats, Section, Tone, user_path},
};
use dqops_users_domain::audit::Action;

use crate::{
    Gallery,
    sample::{HOSTILE, admin, at, long_email, nobody, outside, viewer},
};

pub(crate) fn put(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    audit(gallery)?;
    licences(gallery)?;
    abouts(gallery)?;
    errors(gallery)
}

fn person(email: &str) -> Person {
    Person { name: email.to_owned(), href: Some(user_path(email)) }
}

fn change(name: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

fn audit_rows() -> Vec<AuditRow> {
    let row = |minute: i64, who: &str, action, on: &str, changes: Vec<Change>| AuditRow {
        at: at(23, 800 - minute),
        who: if who.starts_with('(') {
            Person { name: who.to_owned(), href: None }
        } else {
            person(who)
        },
        action,
        subject: if on.contains('@') {
            person(on)
        } else {
            Person { name: on.to_owned(), href: None }
        },
        changes,
    };
    let ada = "ada.admin@example.com";
    vec![
        row(
            1,
            ada,
            Action::UserUpdated,
            "chiara.rossi@example.com",
            vec![
                change("account role", Some("viewer"), Some("operator")),
                change("role in Sales", None, Some("editor")),
                change("role in Finance", Some("admin"), None),
            ],
        ),
        row(
            3,
            ada,
            Action::UserCreated,
            &long_email(),
            vec![change("account role", None, Some("viewer"))],
        ),
        row(9, "(nobody)", Action::SignInFailed, "farouk@example.com", vec![]),
        row(
            12,
            ada,
            Action::UserDeleted,
            "d@example.com",
            vec![change("account role", Some("editor"), None)],
        ),
        row(
            40,
            "(local operator)",
            Action::AdminRecovered,
            ada,
            vec![change("account role", Some("none"), Some("admin"))],
        ),
        row(41, "(local operator)", Action::DataDomainAdded, "Sales", vec![]),
        row(
            55,
            &long_email(),
            Action::ApiKeyIssued,
            &long_email(),
            vec![
                change("name", None, Some(HOSTILE)),
                change("expires", None, Some("2027-02-01 08:00 UTC")),
            ],
        ),
        row(
            60,
            "(directory)",
            Action::LicenceInstalled,
            "019ab0c4-6f2e-7c3a-9a51-2f6f0f5f9e11",
            vec![
                change("type", Some("TEAM"), Some("ENTERPRISE")),
                change("seats", Some("5"), Some("50")),
            ],
        ),
        row(
            61,
            "farouk@example.com",
            Action::SignedIn,
            "farouk@example.com",
            vec![change("address", None, Some("192.0.2.17"))],
        ),
        row(99, "(set-up)", Action::PasswordChanged, ada, vec![]),
    ]
}

fn audit(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let full = AuditPage {
        chrome: admin(Section::Audit),
        query: AuditQuery {
            person: String::new(),
            action: None,
            since: String::new(),
            until: String::new(),
        },
        actions: vec![
            Action::UserCreated,
            Action::UserUpdated,
            Action::UserDeleted,
            Action::PasswordChanged,
            Action::ApiKeyIssued,
            Action::ApiKeyRevoked,
            Action::SignedIn,
            Action::SignInFailed,
        ],
        errors: FieldErrors::none(),
        rows: audit_rows(),
        newest: None,
        older: Some("/audit?before=abc".to_owned()),
    };
    gallery.put("audit", &full)?;
    let none = AuditPage {
        query: AuditQuery {
            person: HOSTILE.to_owned(),
            action: Some(Action::SignInFailed),
            since: "2026-11-24".to_owned(),
            until: "2026-11-23".to_owned(),
        },
        errors: FieldErrors::none().with("until", "This is before the first day."),
        rows: Vec::new(),
        older: None,
        newest: Some("/audit".to_owned()),
        ..full
    };
    gallery.put("audit-no-match", &none)
}

fn allowance(what: &str, is_allowed: bool, remark: Option<&str>) -> Allowance {
    Allowance { what: what.to_owned(), is_allowed, remark: remark.map(str::to_owned) }
}

fn licences(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let good = LicencePage {
        chrome: admin(Section::Licence),
        kind: "ENTERPRISE".to_owned(),
        state: "In force, for another 214 days.".to_owned(),
        tone: Tone::Good,
        facts: LicenceFacts {
            customer: Some(format!("Example & Söhne GmbH {HOSTILE}")),
            id: Some("019ab0c4-6f2e-7c3a-9a51-2f6f0f5f9e11".to_owned()),
            issued: Some(at(0, 321)),
            expires: Some(at(214, 321)),
            others: vec![("Data domains".to_owned(), "12 of 20 used".to_owned())],
        },
        seats: Seats { used: 24, total: 50 },
        allowances: vec![
            allowance("See users, set passwords", true, None),
            allowance("Add users", true, Some("26 seats are free")),
            allowance("Change roles", true, None),
            allowance("Delete users", true, None),
            allowance("Data domain roles", true, Some("8 more data domains")),
        ],
        management: Some(LicenceManagement {
            licence: String::new(),
            removal: Some("The directory goes back to the evaluation, which is over: nobody can be added, and roles can only be lowered.".to_owned()),
        }),
        errors: FieldErrors::none(),
    };
    gallery.put("licence", &good)?;
    let bad = LicencePage {
        kind: "TEAM".to_owned(),
        state: "The evaluation lapsed 3 days ago. Users can still be seen, demoted and deleted."
            .to_owned(),
        tone: Tone::Bad,
        facts: LicenceFacts {
            customer: None,
            id: None,
            issued: None,
            expires: Some(at(20, 321)),
            others: vec![],
        },
        seats: Seats { used: 7, total: 5 },
        allowances: vec![
            allowance("See users, set passwords", true, None),
            allowance(
                "Add users",
                false,
                Some("the evaluation has lapsed; install a valid licence"),
            ),
            allowance("Change roles", true, Some("only to weaker ones")),
            allowance("Delete users", true, None),
            allowance("Data domain roles", false, Some("needs a licence of type ENTERPRISE")),
        ],
        management: Some(LicenceManagement { licence: "eyJhbGciOi…".repeat(40), removal: None }),
        errors: FieldErrors::none().with(
            "licence",
            "The signature is not the vendor’s. Paste the whole text, without changes.",
        ),
        ..good.clone()
    };
    gallery.put("licence-lapsed", &bad)?;
    let soon = LicencePage {
        chrome: viewer(Section::Licence),
        state: "In force, but lapses in 9 days.".to_owned(),
        tone: Tone::Warning,
        management: None,
        seats: Seats { used: 49, total: 50 },
        ..good
    };
    gallery.put("licence-viewer", &soon)
}

fn abouts(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let health = |what: &str, is_well, remark: Option<&str>| Health {
        what: what.to_owned(),
        is_well,
        remark: remark.map(str::to_owned),
    };
    let page = AboutPage {
        chrome: nobody(Section::About),
        version: "0.1.0".to_owned(),
        database: "SQLite".to_owned(),
        authentication: "required: sessions and API keys".to_owned(),
        health: vec![
            health("Server", true, None),
            health("Database", false, Some("does not answer")),
        ],
    };
    gallery.put("about", &page)
}

fn errors(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let page = ErrorPage {
        chrome: admin(Section::Users),
        status: 404,
        title: "No such user".to_owned(),
        detail: format!("There is no user {HOSTILE}."),
        advice: Some(
            "Somebody may have deleted the user a moment ago; the audit log says so.".to_owned(),
        ),
        back: Link { href: "/users".to_owned(), label: "To the users".to_owned() },
        request_id: Some("019ab0c4-6f2e-7c3a-9a51-2f6f0f5f9e11".to_owned()),
    };
    gallery.put("error", &page)?;
    let page = ErrorPage {
        chrome: outside(),
        status: 503,
        title: "Busy".to_owned(),
        detail: "The server has more to do than it can.".to_owned(),
        advice: Some("Try again in some seconds.".to_owned()),
        back: Link { href: "/login".to_owned(), label: "To the sign-in".to_owned() },
        ..page
    };
    gallery.put("error-outside", &page)
}
