//! `dqops-users api-key …`

mod issue;
mod list;
mod revoke;

use anyhow::Result;
use clap::Subcommand;
use dqops_users_domain::Email;
use dqops_users_service::KeyLifetime;
use jiff::SignedDuration;
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
        /// Days that it holds [default: --api-key-days]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
        /// It holds until it is revoked
        #[arg(long, conflicts_with = "days")]
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
            let days = days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
            let lifetime = match (never_expires, days) {
                (true, _) => KeyLifetime::Unlimited,
                (false, Some(days)) => KeyLifetime::For(days),
                (false, None) => KeyLifetime::Default,
            };
            issue::run(session, email, name, lifetime).await
        }
        ApiKeyCommand::List { email } => list::run(session, email.as_ref()).await,
        ApiKeyCommand::Revoke { id } => revoke::run(session, id).await,
    }
}
