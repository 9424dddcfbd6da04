//! The licence: how it stands, what it allows, and installing another one.

use askama::Template;
use dqops_users_domain::{Permission, licence::Standing};
use dqops_users_service::{Caller, LicenceAllowance, LicenceOrigin, LicenceReport, ServiceError};

use crate::{
    fields::Form,
    refusal::Refusal,
    respond::{Answer, ok, see_other, sentence},
    views::{Chrome, FieldErrors, Moment, Seats, Section, Tone},
    visit::{SignedIn, Visit},
};

/// `GET /licence`. Field: `licence`.
#[derive(Clone, Debug, Template)]
#[template(path = "licence.html")]
pub(crate) struct LicencePage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The type, as the vendor names it.
    pub(crate) kind: String,
    /// How it stands, in a sentence.
    pub(crate) state: String,
    /// How that should strike the reader.
    pub(crate) tone: Tone,
    /// What stands in it.
    pub(crate) facts: LicenceFacts,
    /// The seats.
    pub(crate) seats: Seats,
    /// What it allows now.
    pub(crate) allowances: Vec<Allowance>,
    /// What an admin can do.
    pub(crate) management: Option<LicenceManagement>,
    /// What is wrong.
    pub(crate) errors: FieldErrors,
}

/// What stands in a licence.
#[derive(Clone, Debug)]
pub(crate) struct LicenceFacts {
    /// To whom it is issued.
    pub(crate) customer: Option<String>,
    /// Its identity, for the vendor's support.
    pub(crate) id: Option<String>,
    /// When it was issued.
    pub(crate) issued: Option<Moment>,
    /// When it lapses; `None` for never.
    pub(crate) expires: Option<Moment>,
    /// Whatever else: name and value.
    pub(crate) others: Vec<(String, String)>,
}

/// One thing that a licence may allow.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    /// What: "Add users".
    pub(crate) what: String,
    /// Whether it does.
    pub(crate) is_allowed: bool,
    /// Within what limits, or why not.
    pub(crate) remark: Option<String>,
}

/// What an admin can do with the licence.
#[derive(Clone, Debug)]
pub(crate) struct LicenceManagement {
    /// The licence, as pasted before.
    pub(crate) licence: String,
    /// What removing the installed one does; `None` where none is installed.
    pub(crate) removal: Option<String>,
}

/// Shows how the licence stands.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn) -> Answer {
    ok(&build(&visit, &caller).await?)
}

/// Installs a licence in place of the one in force.
pub(crate) async fn install(SignedIn { visit, caller }: SignedIn, Form(fields): Form) -> Answer {
    let installed = match fields.given("licence") {
        Some(token) => visit.directory().install_licence(&caller, token).await.map(|_| ()),
        None => Err(ServiceError::MissingField("licence")),
    };
    match installed {
        Ok(()) => Ok(see_other("/licence?done=licence")),
        Err(error) => refuse(&visit, &caller, error, fields.get("licence")).await,
    }
}

/// Removes the installed licence.
pub(crate) async fn remove(SignedIn { visit, caller }: SignedIn) -> Answer {
    match visit.directory().remove_licence(&caller).await {
        Ok(()) => Ok(see_other("/licence?done=licence-removed")),
        Err(error) => refuse(&visit, &caller, error, "").await,
    }
}

async fn refuse(visit: &Visit, caller: &Caller, error: ServiceError, typed: &str) -> Answer {
    let mut refusal = Refusal::of(error)?;
    let mut page = build(visit, caller).await?;
    if let Some(management) = &mut page.management {
        typed.clone_into(&mut management.licence);
    }
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}

async fn build(visit: &Visit, caller: &Caller) -> Result<LicencePage, ServiceError> {
    let directory = visit.directory();
    let report = directory.licence_report(caller).await?;
    let allowed = directory.licence_allowances(caller).await?;
    let may_manage = caller.role().grants(Permission::ManageAccount);
    let is_installed = report.origin == LicenceOrigin::Installed;
    let removal = is_installed.then(|| REMOVAL.to_owned());
    Ok(LicencePage {
        chrome: visit.chrome(Section::Licence),
        kind: kind(&report),
        state: state(&report),
        tone: match report.standing {
            Standing::Valid if report.is_clock_set_back => Tone::Warning,
            Standing::Valid => Tone::Good,
            Standing::OverSeats => Tone::Warning,
            Standing::Lapsed => Tone::Bad,
        },
        facts: LicenceFacts {
            customer: is_installed.then(|| report.claims.customer.clone()),
            id: is_installed.then(|| report.claims.id.to_string()),
            issued: is_installed.then(|| report.claims.issued_at.into()),
            expires: report.claims.expires_at.map(Moment::from),
            others: others(&report),
        },
        seats: Seats { used: report.users, total: report.seats },
        allowances: allowed.into_iter().map(Allowance::from).collect(),
        management: may_manage.then(|| LicenceManagement { licence: String::new(), removal }),
        errors: FieldErrors::none(),
    })
}

const REMOVAL: &str = "Without it the evaluation is in force again, or its end. Everybody stays, and can sign in; nobody can be added once the evaluation is over.";

fn kind(report: &LicenceReport) -> String {
    match report.origin {
        LicenceOrigin::Evaluation => format!("Evaluation ({})", report.claims.licence_type),
        LicenceOrigin::Installed => report.claims.licence_type.to_string(),
    }
}

fn state(report: &LicenceReport) -> String {
    let mut state = match report.standing {
        Standing::Valid => "is in force.".to_owned(),
        Standing::OverSeats => {
            "is in force, with more users than seats: nobody can be added.".to_owned()
        }
        Standing::Lapsed => {
            "has lapsed: users can be seen, sign in, be lowered and deleted, but not added."
                .to_owned()
        }
    };
    if report.is_clock_set_back {
        state.push_str(" The server's clock was set back; the latest time it knew counts.");
    }
    state
}

fn others(report: &LicenceReport) -> Vec<(String, String)> {
    let limit = report.claims.limits.data_domains;
    limit.map(|limit| ("Data domains".to_owned(), format!("at most {limit}"))).into_iter().collect()
}

impl From<LicenceAllowance> for Allowance {
    fn from(allowance: LicenceAllowance) -> Self {
        let remark = allowance.refusal.map(|refusal| sentence(&refusal.to_string()));
        Self { what: allowance.what.to_owned(), is_allowed: remark.is_none(), remark }
    }
}
