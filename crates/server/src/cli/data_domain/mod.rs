//! `dqops-users data-domain …`

mod add;
mod list;
mod remove;

use anyhow::Result;
use clap::Subcommand;
use dqops_users_domain::DataDomainName;

use super::session::Session;

#[derive(Subcommand, Debug)]
pub(super) enum DataDomainCommand {
    /// List the data domains
    List,
    /// Add a data domain (ENTERPRISE)
    Add { name: DataDomainName },
    /// Remove a data domain with all roles in it; its name is not used again
    Remove { name: DataDomainName },
}

pub(super) async fn run(session: &Session, command: DataDomainCommand) -> Result<()> {
    match command {
        DataDomainCommand::List => list::run(session).await,
        DataDomainCommand::Add { name } => add::run(session, name).await,
        DataDomainCommand::Remove { name } => remove::run(session, name).await,
    }
}
