//! `restore`

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use dqops_users_service::CopyPurpose;
use dqops_users_storage::EpochLease;
use tempfile::TempDir;

use super::{copying, output::Output, session};
use crate::{settings::CommonSettings, storage::DatabaseUrl};

/// With what every file of SQLite begins.
const BEGINNING: &[u8; 16] = b"SQLite format 3\0";

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,

    /// Restore it although its audit trail does not hold; the fault stays and is noted
    #[arg(long)]
    accept_broken_trail: bool,
}

impl Restore {
    pub(super) async fn run(self, common: &CommonSettings) -> Result<()> {
        let (file, url) = (self.file.display(), common.database_url()?);
        let copy = working_copy(&self.file)?;
        let from = DatabaseUrl::Sqlite(copy.path().join("users.db"));
        let source = session::directory_at(common, &from, false).await;
        let source = source.with_context(|| format!("{file} cannot be used as a backup"))?;
        let target = session::directory_at(common, &url, true).await?;
        let accepts = self.accept_broken_trail;
        let outcome = copying::run(&source, &target, CopyPurpose::Restore, accepts).await;
        tokio::time::sleep(EpochLease::LENGTH).await; // Servers on it have noticed.
        target.close().await;
        source.close().await;
        let report = outcome
            .map_err(copying::advise)
            .with_context(|| format!("{file} was not restored into {url}"))?;
        let sentence = format!("restored {file} into {url}");
        copying::print(&Output::new(common.json), &report, &sentence)
    }
}

/// The backup in a folder of its own: opening it may bring its schema up to date, and a backup is not
/// to change.
fn working_copy(file: &Path) -> Result<TempDir> {
    let name = file.display();
    let mut beginning = Vec::new();
    let opened = File::open(file).with_context(|| format!("cannot read {name}"))?;
    opened.take(16).read_to_end(&mut beginning).with_context(|| format!("cannot read {name}"))?;
    if beginning != BEGINNING {
        bail!("{name} is not a backup that `dqops-users backup` has made");
    }
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        bail!(
            "{name} is a database in use rather than a backup: use `dqops-users copy --from sqlite://{name}`"
        );
    }
    let folder = tempfile::Builder::new().prefix("dqops-users-restore").tempdir();
    let folder = folder.context("cannot make a temporary folder; TMPDIR says where")?;
    fs::copy(file, folder.path().join("users.db")).with_context(|| {
        format!("cannot copy {name} to {}; TMPDIR says where", folder.path().display())
    })?;
    Ok(folder)
}
