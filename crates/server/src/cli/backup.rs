//! `backup`

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use dqops_users_service::{CopyError, CopyPurpose, CopyReport};
use dqops_users_storage::StorageError;

use super::{
    copying,
    partial::Partial,
    session::{self, Session},
};
use crate::{settings::CommonSettings, storage::DatabaseUrl};

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to write, which does not exist yet
    file: PathBuf,

    /// Replace the file if it exists, once the new one is complete
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub(super) async fn run(self, common: &CommonSettings, session: &Session) -> Result<()> {
        let Self { file, force } = self;
        let name = file.display();
        if file.is_dir() {
            bail!("{name} is a folder; name a file in it");
        }
        if !force && file.exists() {
            bail!("{name} exists already; name another file, or replace it with --force");
        }
        let source = common.database_url()?;
        must_be_no_database(&file, &source)?;
        let partial = Partial::beside(&file)?;
        let context = || format!("cannot write {name}");
        let report = write(common, session, &partial).await.with_context(context)?;
        must_be_no_database(&file, &source)?;
        partial.persist(&file, force).with_context(context)?;
        copying::print(&session.output, &report, &format!("wrote {name}"))?;
        match report.audit.fault {
            None => Ok(()),
            Some(fault) => Err(fault).context(
                "the backup was made as the directory stands, but its audit trail does not hold",
            ),
        }
    }
}

/// Refuses a database in use, above all the one that is backed up: whoever has it open would go on in a file
/// that nobody sees any more, and what SQLite keeps beside it would be taken for a part of the backup.
fn must_be_no_database(file: &Path, source: &DatabaseUrl) -> Result<()> {
    let name = file.display();
    if let DatabaseUrl::Sqlite(database) = source
        && let (Ok(one), Ok(other)) = (fs::metadata(file), fs::metadata(database))
        && (one.dev(), one.ino()) == (other.dev(), other.ino())
    {
        bail!("{name} is the database itself; name another file");
    }
    for beside in ["-wal", "-shm", "-journal"] {
        let mut path = file.as_os_str().to_owned();
        path.push(beside);
        if Path::new(&path).symlink_metadata().is_ok() {
            bail!("{name}{beside} is there, so {name} is a database in use; name another file");
        }
    }
    Ok(())
}

/// A backup is a directory in a file of its own, whatever the database is that it was taken of.
async fn write(
    common: &CommonSettings,
    session: &Session,
    partial: &Partial,
) -> Result<CopyReport> {
    let database = partial.database();
    let target =
        session::directory_at(common, &DatabaseUrl::Sqlite(database.clone()), true).await?;
    let outcome = copying::run(&session.directory, &target, CopyPurpose::Backup, true).await;
    target.close().await;
    let report = outcome.map_err(reason)?;
    dqops_users_storage_sqlite::settle(&database).await?;
    File::open(&database)?.sync_all()?;
    Ok(report)
}

/// A file that is not complete is thrown away, so it is known that there is none.
fn reason(error: CopyError) -> anyhow::Error {
    match error {
        CopyError::Storage(StorageError::OutcomeUnknown(cause)) => anyhow!("{cause}"),
        other => other.into(),
    }
}
