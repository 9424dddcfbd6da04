//! About the server.

use askama::Template;

use crate::{
    respond::{Answer, ok},
    views::{Chrome, Section},
    visit::SignedIn,
};

/// `GET /about`.
#[derive(Clone, Debug, Template)]
#[template(path = "about.html")]
pub(crate) struct AboutPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The version of the server.
    pub(crate) version: String,
    /// The kind of database: "SQLite", "Postgres 17".
    pub(crate) database: String,
    /// How people and programs prove who they are.
    pub(crate) authentication: String,
    /// Whether the parts of the server are well.
    pub(crate) health: Vec<Health>,
}

/// Whether one part is well.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    /// The part.
    pub(crate) what: String,
    /// Whether it is well.
    pub(crate) is_well: bool,
    /// What there is to say.
    pub(crate) remark: Option<String>,
}

/// Shows what the server is, and whether it is well.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn) -> Answer {
    let settings = visit.settings();
    let storage = visit.directory().check_health().await;
    let authentication = if settings.without_authentication {
        "none: whoever can connect acts as the oldest admin"
    } else {
        "required: people sign in, programs send API keys"
    };
    let mail = if visit.directory().can_mail() { "configured" } else { "not configured" };
    let mut chrome = visit.chrome(Section::About);
    chrome.caller = Some((&caller).into());
    ok(&AboutPage {
        chrome,
        version: settings.version.clone(),
        database: settings.database.clone(),
        authentication: authentication.to_owned(),
        health: vec![
            Health {
                what: "Database".to_owned(),
                is_well: storage.is_ok(),
                remark: storage.err().map(|_| "It does not answer.".to_owned()),
            },
            Health { what: "Mail".to_owned(), is_well: true, remark: Some(mail.to_owned()) },
        ],
    })
}
