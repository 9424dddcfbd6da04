//! Adding a user.

use askama::Template;
use axum::http::StatusCode;
use dqops_users_domain::{DataDomainName, Permission, Role};
use dqops_users_service::{Caller, ServiceError, UserInput};

use super::secret;
use crate::{
    fields::{Fields, Form},
    refusal::Refusal,
    respond::{Answer, ok, see_other},
    views::{
        Chrome, DomainRoleForm, DomainRolesForm, FieldErrors, RoleChoice, Seats, Section,
        domain_roles_in, role_in, user_path,
    },
    visit::{SignedIn, Visit},
};

/// `GET /users/new`. Fields: `email`, `accountRole`, `domain:{name}`, `link`.
#[derive(Clone, Debug, Template)]
#[template(path = "user_new.html")]
pub(crate) struct UserNewPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The seats of the licence.
    pub(crate) seats: Seats,
    /// Why nobody can be added, a clause without a full stop; then there is no form.
    pub(crate) refusal: Option<String>,
    /// What adding does that may surprise.
    pub(crate) effects: Vec<String>,
    /// The email, as typed before.
    pub(crate) email: String,
    /// The account role.
    pub(crate) roles: Vec<RoleChoice>,
    /// The roles in data domains.
    pub(crate) domains: DomainRolesForm,
    /// Whether a link is made.
    pub(crate) makes_link: bool,
    /// What is wrong. Errors of domain roles are named `domain-{index}`.
    pub(crate) errors: FieldErrors,
}

/// Shows the form, or why nobody can be added.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn) -> Answer {
    caller.must(Permission::ManageAccount)?;
    ok(&form(&visit, &caller, &Fields::parse(b"accountRole=viewer&link=yes")).await?)
}

/// Adds the user, and makes the link by which it sets its password.
pub(crate) async fn add(SignedIn { visit, caller }: SignedIn, Form(fields): Form) -> Answer {
    let added = match input(&fields) {
        Ok(input) => visit.directory().create_user(&caller, input).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(email) if fields.is_ticked("link") => {
            secret::new_link(&visit, &caller, &email, StatusCode::CREATED, false).await
        }
        Ok(email) => Ok(see_other(&format!("{}?done=added", user_path(email.as_str())))),
        Err(error) => {
            let mut refusal = Refusal::of(error)?;
            let mut page = form(&visit, &caller, &fields).await?;
            refusal.rename(|field| page.domains.field(field));
            page.errors = refusal.errors.clone();
            refusal.tell(&mut page.chrome);
            Ok(refusal.page(&page))
        }
    }
}

fn input(fields: &Fields) -> Result<UserInput, ServiceError> {
    Ok(UserInput {
        email: Some(fields.email()?),
        account_role: role_in(fields)?,
        data_domain_roles: domain_roles_in(fields)?,
    })
}

/// The form, with what was typed before.
async fn form(visit: &Visit, caller: &Caller, typed: &Fields) -> Result<UserNewPage, ServiceError> {
    let directory = visit.directory();
    let seats = directory.seat_outlook(caller).await?;
    let names =
        if seats.has_data_domains { directory.data_domains(caller).await? } else { Vec::new() };
    let wanted = typed.read("accountRole").unwrap_or(Role::Viewer);
    let choice = |role| RoleChoice { role, is_selected: role == wanted, refusal: None };
    let domain_row = |name: &DataDomainName| {
        let role = typed.read(&format!("domain:{name}")).unwrap_or(Role::None);
        DomainRoleForm::of(name, role, None)
    };
    let uses_last_seat = seats.refusal.is_none() && seats.users + 1 == seats.seats;
    Ok(UserNewPage {
        chrome: visit.chrome(Section::Users),
        seats: Seats { used: seats.users, total: seats.seats },
        refusal: seats.refusal.map(|refusal| refusal.to_string()),
        effects: uses_last_seat.then(|| LAST_SEAT.to_owned()).into_iter().collect(),
        email: typed.get("email").to_owned(),
        roles: Role::ALL.map(choice).to_vec(),
        domains: DomainRolesForm {
            rows: names.iter().map(domain_row).collect(),
            refusal: (!seats.has_data_domains).then(|| NO_DATA_DOMAINS.to_owned()),
        },
        makes_link: typed.is_ticked("link"),
        errors: FieldErrors::none(),
    })
}

const LAST_SEAT: &str = "This uses the last seat. Whoever comes next needs a licence with more seats, or somebody to leave.";

const NO_DATA_DOMAINS: &str = "Roles in single data domains need an ENTERPRISE licence.";
