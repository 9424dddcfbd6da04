//! `user add`

use anyhow::Result;
use dqops_users_domain::{DataDomainName, Email, Role};
use dqops_users_service::UserInput;

use super::{PrintedUser, domain_roles};
use crate::cli::{output, session::Session};

pub(super) async fn run(
    session: &Session,
    email: Email,
    role: Role,
    data_domain_role: Vec<(DataDomainName, Role)>,
) -> Result<()> {
    let input = UserInput {
        email: Some(email),
        account_role: Some(role),
        data_domain_roles: domain_roles(data_domain_role),
    };
    let email = session.directory.create_user(&session.operator, input).await?;
    session.take_effect().await;
    let user = session.directory.get_user(&session.operator, &email).await?;
    let printed = PrintedUser::from((*user).clone());
    session.output.done(&format!("added {email} as {role}"), &printed)?;
    output::remark(&format!(
        "next: dqops-users user set-password {email}, or dqops-users api-key issue {email}"
    ));
    Ok(())
}
