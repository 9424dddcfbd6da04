//! `dqops-users api-key …`

mod issue;
mod list;
mod revoke;

use anyhow::Result;
use clap::Subcommand;
use dqops_users_domain::Email;
use uuid::Uuid;

use super::session::Session;

#[derive(Subcommand, Debug)]
pub(super) enum ApiKeyCommand {
    /// Issue an API key of a user and print it; it is shown only this once
    Issue {
        email: Email,
        /// What the key is for
        #[arg(long, default_value = "issued on the command line")]
        name: String,
        /// Days that it holds
        #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36500), conflicts_with = "never_expires")]
        days: u32,
        /// It holds until it is revoked
        #[arg(long)]
        never_expires: bool,
    },
    /// List API keys, of one user or of all
    List { email: Option<Email> },
    /// Revoke an API key by its id, as `api-key list` shows it
    Revoke { id: Uuid },
}

pub(super) async fn run(session: &Session, command: ApiKeyCommand) -> Result<()> {
    match command {
        ApiKeyCommand::Issue { email, name, days, never_expires } => {
            issue::run(session, email, name, (!never_expires).then_some(days)).await
        }
        ApiKeyCommand::List { email } => list::run(session, email.as_ref()).await,
        ApiKeyCommand::Revoke { id } => revoke::run(session, id).await,
    }
}
