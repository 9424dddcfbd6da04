//! `user list`

use anyhow::Result;
use dqops_users_domain::Role;

use super::PrintedUser;
use crate::cli::session::Session;

pub(super) async fn run(
    session: &Session,
    search: Option<String>,
    role: Option<Role>,
) -> Result<()> {
    let search = search.unwrap_or_default().to_lowercase();
    let mut users: Vec<PrintedUser> = Vec::new();
    let visit = &mut |user: dqops_users_service::UserView| {
        if user.email.as_str().contains(&search)
            && role.is_none_or(|role| user.account_role == role)
        {
            users.push(user.into());
        }
    };
    session.directory.visit_users(&session.operator, visit).await?;
    let has_domains = users.iter().any(|user| user.data_domain_roles.is_some());
    let names: &[&str] = if has_domains {
        &["email", "accountRole", "dataDomainRoles"]
    } else {
        &["email", "accountRole"]
    };
    session.output.rows(&users, names, |user| {
        let mut columns = vec![user.email.to_string(), user.account_role.to_string()];
        if has_domains {
            columns.push(user.domains_column());
        }
        columns
    })
}
