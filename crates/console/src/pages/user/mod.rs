//! One user.

pub(crate) mod credentials;
pub(crate) mod link;
pub(crate) mod password;
pub(crate) mod roles;

use askama::Template;
use axum::response::Response;
use dqops_users_domain::{Email, Permission, Role};
use dqops_users_service::{Caller, ServiceError, UserOutlook};

use crate::{
    path::UserPath,
    refusal::Refusal,
    respond::{Answer, ok, see_other, sentence},
    views::{
        Access, Chrome, DomainRole, DomainRoleForm, DomainRolesForm, FieldErrors, Keys, Moment,
        PasswordLink, PasswordRule, RoleChoice, Section, Sessions, domain_roles, user_path,
    },
    visit::{SignedIn, Visit},
};

/// `GET /users/{email}`.
#[derive(Clone, Debug, Template)]
#[template(path = "user.html")]
pub(crate) struct UserPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// The email.
    pub(crate) email: String,
    /// The account role.
    pub(crate) role: Role,
    /// The roles in data domains.
    pub(crate) domain_roles: Vec<DomainRole>,
    /// When the user was added.
    pub(crate) added: Moment,
    /// Whether it is the caller.
    pub(crate) is_self: bool,
    /// What an admin sees beside that.
    pub(crate) management: Option<UserManagement>,
    /// What is wrong: `accountRole`, `domain-{index}`, `password`.
    pub(crate) errors: FieldErrors,
}

/// What an admin sees of a user, and can do.
#[derive(Clone, Debug)]
pub(crate) struct UserManagement {
    /// The roles.
    pub(crate) roles: RolesForm,
    /// How the user can get in.
    pub(crate) access: Access,
    /// The rule for passwords.
    pub(crate) password_rule: PasswordRule,
    /// The user's API keys.
    pub(crate) keys: Keys,
    /// The user's sessions.
    pub(crate) sessions: Sessions,
    /// Deleting the user.
    pub(crate) deletion: Deletion,
}

/// Changing roles.
#[derive(Clone, Debug)]
pub(crate) struct RolesForm {
    /// The version that the form shows.
    pub(crate) version: String,
    /// The account role.
    pub(crate) choices: Vec<RoleChoice>,
    /// The roles in data domains.
    pub(crate) domains: DomainRolesForm,
    /// What a change does that may surprise: "This is the last admin: …", "This is you: …".
    pub(crate) effects: Vec<String>,
}

/// Deleting a user.
#[derive(Clone, Debug)]
pub(crate) struct Deletion {
    /// What it does: "ends 2 sessions", "revokes 3 keys", "frees a seat".
    pub(crate) effects: Vec<String>,
    /// Why it cannot be done: a sentence.
    pub(crate) refusal: Option<String>,
}

/// Shows the user: to admins with all that can be done, to others with its roles.
pub(crate) async fn show(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
) -> Answer {
    ok(&build(&visit, &caller, &email).await?)
}

/// The page of a user as it is now.
async fn build(visit: &Visit, caller: &Caller, email: &Email) -> Result<UserPage, ServiceError> {
    let directory = visit.directory();
    let chrome = visit.chrome(Section::Users);
    if !caller.role().grants(Permission::ManageAccount) {
        let (view, added_at) = directory.user_with_age(caller, email).await?;
        return Ok(UserPage {
            chrome,
            email: email.as_str().to_owned(),
            role: view.account_role,
            domain_roles: domain_roles(&view),
            added: added_at.into(),
            is_self: caller.user().is_some_and(|own| own.email == *email),
            management: None,
            errors: FieldErrors::none(),
        });
    }
    let outlook = directory.user_outlook(caller, email).await?;
    let keys = directory.api_keys(caller, Some(email)).await?;
    let sessions = directory.sessions(caller, Some(email)).await?;
    Ok(UserPage {
        chrome,
        email: email.as_str().to_owned(),
        role: outlook.view.account_role,
        domain_roles: domain_roles(&outlook.view),
        added: outlook.added_at.into(),
        is_self: outlook.is_caller,
        management: Some(UserManagement {
            roles: RolesForm::of(&outlook),
            access: Access {
                has_password: outlook.has_password,
                link: outlook.link.as_ref().map(|l| PasswordLink::at(l.expires_at, outlook.now)),
            },
            password_rule: visit.password_rule(),
            deletion: Deletion::of(&outlook, keys.len(), sessions.len()),
            keys: Keys::of(user_path(email.as_str()), &keys, outlook.now),
            sessions: Sessions::of(user_path(email.as_str()), &sessions, caller),
        }),
        errors: FieldErrors::none(),
    })
}

/// The page again, with what was wrong.
async fn refuse(visit: &Visit, caller: &Caller, email: &Email, error: ServiceError) -> Answer {
    let mut refusal = Refusal::of(error)?;
    let mut page = build(visit, caller, email).await?;
    if let Some(management) = &page.management {
        refusal.rename(|field| management.roles.domains.field(field));
    }
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}

/// Back to the user's page, which says what was done.
fn done(email: &Email, word: &str) -> Response {
    see_other(&format!("{}?done={word}", user_path(email.as_str())))
}

impl RolesForm {
    fn of(outlook: &UserOutlook) -> Self {
        let choice = |(role, refusal): &(Role, Option<ServiceError>)| RoleChoice {
            role: *role,
            is_selected: *role == outlook.view.account_role,
            // The role that the user has can always stay.
            refusal: refusal
                .as_ref()
                .filter(|_| *role != outlook.view.account_role)
                .map(ToString::to_string),
        };
        let refusal = outlook.domain_roles_refusal.as_ref();
        let refusal = refusal.map(|error| sentence(&error.to_string()));
        let rows = outlook.view.data_domain_roles.iter().flatten();
        let rows = rows.map(|(name, role)| DomainRoleForm::of(name, *role, refusal.as_deref()));
        let mut effects = Vec::new();
        if outlook.is_last_admin {
            effects.push(LAST_ADMIN.to_owned());
        } else if outlook.is_caller {
            effects.push(YOURSELF.to_owned());
        }
        Self {
            version: outlook.view.version.to_string(),
            choices: outlook.roles.iter().map(choice).collect(),
            domains: DomainRolesForm { rows: rows.collect(), refusal },
            effects,
        }
    }
}

const LAST_ADMIN: &str = "This is the last admin: the role can be lowered, and the user deleted, once another user is an admin.";

const YOURSELF: &str = "This is you: a lower role takes effect with your next click, and only another admin can give it back.";

impl Deletion {
    /// What deleting does, and why it cannot be done.
    pub(crate) fn of(outlook: &UserOutlook, keys: usize, sessions: usize) -> Self {
        let counted = |verb: &str, count: usize, thing: &str| {
            let ending = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{verb} {count} {thing}{ending}"))
        };
        let effects = [
            counted("ends", sessions, "session"),
            counted("revokes", keys, "API key"),
            Some("frees a seat".to_owned()),
        ];
        Self {
            effects: effects.into_iter().flatten().collect(),
            refusal: outlook.deletion_refusal.as_ref().map(|error| sentence(&error.to_string())),
        }
    }
}
