//! `user set-role`

use anyhow::Result;
use dqops_users_domain::{DataDomainName, Email, Role};
use dqops_users_service::UserInput;

use super::{PrintedUser, domain_roles};
use crate::cli::session::Session;

pub(super) async fn run(
    session: &Session,
    email: Email,
    role: Role,
    data_domain_role: Vec<(DataDomainName, Role)>,
) -> Result<()> {
    let input = UserInput {
        email: Some(email.clone()),
        account_role: Some(role),
        data_domain_roles: domain_roles(data_domain_role),
    };
    session.directory.update_user(&session.operator, &email, input, None).await?;
    session.take_effect().await;
    let user = session.directory.get_user(&session.operator, &email).await?;
    let printed = PrintedUser::from((*user).clone());
    session.output.done(&format!("{email} is {role} now"), &printed)
}
