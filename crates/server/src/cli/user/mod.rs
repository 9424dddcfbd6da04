//! `dqops-users user …`

mod add;
mod delete;
mod export;
mod import;
mod import_file;
mod list;
mod password_link;
mod set_password;
mod set_role;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use dqops_users_domain::{DataDomainName, DataDomainRoles, Email, Role};
use dqops_users_service::UserView;
use serde::Serialize;

use super::session::Session;

#[derive(Subcommand, Debug)]
pub(super) enum UserCommand {
    /// List users
    List {
        /// Only users whose email holds this text
        #[arg(long)]
        search: Option<String>,
        /// Only users with this account role
        #[arg(long)]
        role: Option<Role>,
    },
    /// Add a user
    Add {
        email: Email,
        /// The role in the whole account: admin, editor, operator, viewer or none
        #[arg(long)]
        role: Role,
        /// A role in a data domain (ENTERPRISE); can be given several times
        #[arg(long, value_name = "DOMAIN=ROLE", value_parser = domain_role)]
        data_domain_role: Vec<(DataDomainName, Role)>,
    },
    /// Change the roles of a user
    SetRole {
        email: Email,
        /// The role in the whole account: admin, editor, operator, viewer or none
        role: Role,
        /// All roles in data domains (ENTERPRISE), instead of those the user has; can be given several times
        #[arg(long, value_name = "DOMAIN=ROLE", value_parser = domain_role)]
        data_domain_role: Vec<(DataDomainName, Role)>,
    },
    /// Set the password of a user, typed hidden or read from standard input
    SetPassword { email: Email },
    /// Make a link by which a user sets a password once, and print it; it is shown only this once
    ///
    /// It replaces an earlier link of the user. --public-url says where it leads.
    PasswordLink {
        email: Email,
        /// Revoke the user's link instead
        #[arg(long)]
        revoke: bool,
    },
    /// Delete a user with its password and API keys
    Delete { email: Email },
    /// Add many users from a file: all of them, or none
    ///
    /// CSV with the columns email, accountRole and, if wanted, dataDomainRoles (sales=editor;hr=viewer),
    /// or JSON as `user export` writes it. Rows at fault are all named.
    Import {
        /// A .csv or .json file, or - for standard input
        file: PathBuf,
        /// The format, where the name does not tell
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
        /// Change the roles of users that exist, rather than refuse their rows
        #[arg(long)]
        update: bool,
        /// Only tell what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Write all users to a file that `user import` reads; passwords and keys are not in it
    Export {
        /// A .csv or .json file, or - for standard output
        #[arg(default_value = "-")]
        file: PathBuf,
        /// The format, where the name does not tell [default: csv]
        #[arg(long, value_enum)]
        format: Option<FileFormat>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FileFormat {
    Csv,
    Json,
}

pub(super) async fn run(session: &Session, command: UserCommand) -> Result<()> {
    match command {
        UserCommand::List { search, role } => list::run(session, search, role).await,
        UserCommand::Add { email, role, data_domain_role } => {
            add::run(session, email, role, data_domain_role).await
        }
        UserCommand::SetRole { email, role, data_domain_role } => {
            set_role::run(session, email, role, data_domain_role).await
        }
        UserCommand::SetPassword { email } => set_password::run(session, email).await,
        UserCommand::PasswordLink { email, revoke: false } => {
            password_link::issue(session, email).await
        }
        UserCommand::PasswordLink { email, revoke: true } => {
            password_link::revoke(session, email).await
        }
        UserCommand::Delete { email } => delete::run(session, email).await,
        UserCommand::Import { file, format, update, dry_run } => {
            import::run(session, &file, format, update, dry_run).await
        }
        UserCommand::Export { file, format } => export::run(session, &file, format).await,
    }
}

/// A user as commands print it: the wire's names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrintedUser {
    email: Email,
    account_role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_domain_roles: Option<DataDomainRoles>,
}

impl From<UserView> for PrintedUser {
    fn from(user: UserView) -> Self {
        Self {
            email: user.email,
            account_role: user.account_role,
            data_domain_roles: user.data_domain_roles,
        }
    }
}

impl PrintedUser {
    /// The roles in data domains in one column, without those that are `none`.
    fn domains_column(&self) -> String {
        let roles = self.data_domain_roles.iter().flatten();
        let real = roles.filter(|(_, role)| **role != Role::None);
        real.map(|(name, role)| format!("{name}={role}")).collect::<Vec<_>>().join(";")
    }
}

fn domain_role(text: &str) -> Result<(DataDomainName, Role), String> {
    let (name, role) = text.rsplit_once('=').ok_or("write it as DOMAIN=ROLE")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    let role = role.parse().map_err(|error| format!("{error}"))?;
    Ok((name, role))
}

/// The map of the flags; none given leaves the roles as they are.
fn domain_roles(given: Vec<(DataDomainName, Role)>) -> Option<DataDomainRoles> {
    (!given.is_empty()).then(|| given.into_iter().collect())
}
