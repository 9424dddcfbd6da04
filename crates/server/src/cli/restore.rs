//! `restore`

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use dqops_users_service::CopyPurpose;
use dqops_users_storage::EpochLease;

use super::{copying, output::Output, partial::take_away, session};
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
        let database = copy.0.join("users.db");
        let is_plain = dqops_users_storage_sqlite::has_tables_alone(&database).await;
        if !is_plain.with_context(|| format!("{file} cannot be used as a backup"))? {
            bail!("{file} is not a backup that `dqops-users backup` has made");
        }
        let from = DatabaseUrl::Sqlite(database);
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
/// to change. The folder goes when this is dropped, as it holds password hashes.
struct WorkingCopy(PathBuf);

impl Drop for WorkingCopy {
    fn drop(&mut self) {
        take_away(&self.0);
    }
}

fn working_copy(file: &Path) -> Result<WorkingCopy> {
    let name = file.display();
    // Else whatever is no file, such as a pipe, would be waited for.
    let found = fs::metadata(file).with_context(|| format!("cannot read {name}"))?;
    if !found.is_file() {
        bail!("{name} is no file");
    }
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
    let folder = WorkingCopy(folder.keep());
    // With rights of its own: a backup may be for reading alone.
    let copied = File::open(file).and_then(|mut from| {
        let copy = folder.0.join("users.db");
        let mut to = File::options().write(true).create_new(true).mode(0o600).open(copy)?;
        io::copy(&mut from, &mut to)
    });
    copied.with_context(|| {
        format!("cannot copy {name} to {}; TMPDIR says where", folder.0.display())
    })?;
    Ok(folder)
}
