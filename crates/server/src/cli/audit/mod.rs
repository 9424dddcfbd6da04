//! `dqops-users audit …`

mod checks;
mod export;
mod export_file;
mod list;
mod verify;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use dqops_users_domain::audit::{Action, AuditHash};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{output::Output, session::Session};

#[derive(Subcommand, Debug)]
pub(super) enum AuditCommand {
    /// List what was done, the newest first
    List(ListOptions),
    /// Write the whole audit trail to a file that nothing can edit unseen: keep it where nobody who
    /// may touch the database can
    ///
    /// A line of JSON for each entry, and a last one with the head of the chain.
    Export {
        /// A file that does not exist yet, or - for standard output
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Verify that every entry is what was written, and none is missing between the others
    ///
    /// That the end is not missing, nor all was written anew, only an earlier export or a head that was
    /// noted elsewhere can show.
    Verify(VerifyOptions),
}

#[derive(Args, Debug)]
pub(super) struct ListOptions {
    /// Only what this user did, or what was done to it
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Only this action, such as `user_created`
    #[arg(long, value_parser = action)]
    action: Option<Action>,
    /// Only what was done at this time or later: 2026-01-31, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only what was done before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// So many entries at the most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

#[derive(Args, Debug)]
pub(super) struct VerifyOptions {
    /// An earlier export, which must be the beginning of the trail
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The hash of an entry that must be in the trail, such as that of an earlier head
    #[arg(long, value_name = "HASH")]
    head: Option<AuditHash>,
    /// Verify this export rather than the database, which is not needed for it
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl AuditCommand {
    /// The export to be verified, for which no database is needed.
    pub(super) fn offline(&self) -> Option<(&Path, &VerifyOptions)> {
        match self {
            Self::Verify(options) => options.file.as_deref().map(|file| (file, options)),
            Self::List(_) | Self::Export { .. } => None,
        }
    }
}

pub(super) async fn run(session: &Session, command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::List(options) => list::run(session, options).await,
        AuditCommand::Export { file } => export::run(session, &file).await,
        AuditCommand::Verify(options) => verify::run(session, &options).await,
    }
}

/// Verifies an export.
pub(super) fn run_offline(output: &Output, file: &Path, options: &VerifyOptions) -> Result<()> {
    verify::run_offline(output, file, options)
}

fn action(text: &str) -> Result<Action, String> {
    let names = || Action::ALL.map(Action::as_str).join(", ");
    Action::from_name(text).ok_or_else(|| format!("the actions are {}", names()))
}

/// A time, or the beginning of a day (UTC).
fn time(text: &str) -> Result<Timestamp, String> {
    let day = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|begin| begin.timestamp());
    let time = text.parse().ok().or_else(|| text.parse().ok().and_then(day));
    time.ok_or_else(|| "write it as 2026-01-31 or 2026-01-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_moment() {
        let midnight = "2026-01-31T00:00:00Z".parse::<Timestamp>().unwrap();
        for text in ["2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T01:00:00+01:00"] {
            assert_eq!(time(text), Ok(midnight), "{text}");
        }
        for text in ["", "yesterday", "2026-02-30", "12:00"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
