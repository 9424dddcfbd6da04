//! `dqops-users licence …`

mod install;
mod remove;
mod show;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::session::Session;

#[derive(Subcommand, Debug)]
pub(super) enum LicenceCommand {
    /// Show the licence in force: type, seats, expiry, and how it stands
    Show,
    /// Install a licence in place of the one in force
    Install(Source),
    /// Remove the installed licence; the evaluation, or its end, is in force again
    Remove,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct Source {
    /// The licence token
    token: Option<String>,
    /// A file that holds it, or - for standard input
    #[arg(long)]
    file: Option<PathBuf>,
}

pub(super) async fn run(session: &Session, command: LicenceCommand) -> Result<()> {
    match command {
        LicenceCommand::Show => show::run(session).await,
        LicenceCommand::Install(source) => install::run(session, source).await,
        LicenceCommand::Remove => remove::run(session).await,
    }
}
