//! `copy`

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use dqops_users_service::{CopyPurpose, Directory};
use dqops_users_storage::EpochLease;

use super::{copying, output::Output, session};
use crate::{
    settings::{self, CommonSettings},
    storage::DatabaseUrl,
};

#[derive(Args, Debug)]
pub(super) struct Copy {
    /// Where the directory is now [default: that of --database-url]
    #[arg(long, value_name = "URL")]
    from: Option<String>,

    /// A file that holds the URL of where it is now, for a URL with a password
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    from_file: Option<PathBuf>,

    /// The database to fill, in which nothing is: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(long, value_name = "URL", required_unless_present = "to_file")]
    to: Option<String>,

    /// A file that holds the URL of the database to fill, for a URL with a password
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    to_file: Option<PathBuf>,

    /// Copy it although its audit trail does not hold; the fault stays and is noted
    #[arg(long)]
    accept_broken_trail: bool,
}

impl Copy {
    pub(super) async fn run(self, common: &CommonSettings) -> Result<()> {
        let from = match url("--from", self.from.as_deref(), self.from_file.as_ref())? {
            Some(url) => url,
            None => common.database_url()?,
        };
        let to = url("--to", self.to.as_deref(), self.to_file.as_ref())?;
        let to = to.context("--to names no database")?;
        let source = session::directory_at(common, &from, false).await?;
        let outcome = fill(common, &source, &to, self.accept_broken_trail).await;
        source.close().await;
        outcome.with_context(|| format!("{from} was not copied to {to}"))
    }
}

async fn fill(
    common: &CommonSettings,
    source: &Directory,
    to: &DatabaseUrl,
    accepts_broken_trail: bool,
) -> Result<()> {
    source.start().await?; // It seals what of the audit trail is older than its chain.
    let target = session::directory_at(common, to, true).await?;
    let outcome = copying::run(source, &target, CopyPurpose::Move, accepts_broken_trail).await;
    tokio::time::sleep(EpochLease::LENGTH).await; // Servers on it have noticed.
    target.close().await;
    let report = outcome.map_err(copying::advise)?;
    copying::print(&Output::new(common.json), &report, &format!("copied the directory to {to}"))
}

fn url(flag: &str, value: Option<&str>, file: Option<&PathBuf>) -> Result<Option<DatabaseUrl>> {
    let given = settings::given(value, file)?;
    let parse = |text: String| {
        text.parse().map_err(|reason| anyhow!("the URL of {flag} cannot be used: {reason}"))
    };
    given.map(parse).transpose()
}
