//! The schema's migrations, in step with those of the other storages.

use std::{
    fs::{DirBuilder, File, Permissions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

use dqops_users_storage::{StorageError, sql};
use sqlx::{
    Connection as _,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{connection::Held, error::storage_error, writer};

/// Version, name and statements of each migration.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "directory", include_str!("../../../migrations/sqlite/0001_directory.sql")),
    (2, "sign_in", include_str!("../../../migrations/sqlite/0002_sign_in.sql")),
    (3, "audit_chain", include_str!("../../../migrations/sqlite/0003_audit_chain.sql")),
    (4, "console", include_str!("../../../migrations/sqlite/0004_console.sql")),
    (5, "load", include_str!("../../../migrations/sqlite/0005_load.sql")),
];

/// Whether there are tables, and none of them is that of our migrations.
const IS_FOREIGN: &str = "SELECT CAST(count(*) > 0 AND NOT max(name = '_sqlx_migrations') AS TEXT) \
    FROM sqlite_schema WHERE type = 'table'";

/// How often to try for the lock while another process migrates, and how often at the most.
const TRY_EVERY: Duration = Duration::from_millis(20);
const TRIES: u32 = 3000;

/// The newest migration that this program knows.
#[must_use]
pub fn latest() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0)
}

/// Makes the file if need be and brings its schema up to date.
pub(crate) async fn run(file: &Path) -> Result<(), StorageError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| cannot_use(folder, &error))?;
    }
    // The migrator takes no lock of its own on SQLite, so processes that start together share this one.
    let lock = lock(file).await?;
    private_file(file).map_err(|error| cannot_use(file, &error))?;
    let mut connection = writer::open(file).await?;
    if sql::setting(&mut Held(&mut connection), IS_FOREIGN).await? == "1" {
        return Err(StorageError::Unsuitable(format!(
            "{} is a database of something else; name another file",
            file.display()
        )));
    }
    // `run` would do, but its future is not `Send` over a borrowed connection.
    let outcome = migrator().run_direct(None, &mut connection, false).await;
    connection.close().await.map_err(storage_error)?;
    drop(lock);
    outcome.map_err(|error| match error {
        MigrateError::VersionMissing(found) => StorageError::NewerSchema { found, known: latest() },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            storage_error(error)
        }
        other => StorageError::backend(other),
    })
}

fn migrator() -> Migrator {
    Migrator::with_migrations(
        MIGRATIONS
            .iter()
            .map(|&(version, name, statements)| {
                let sql = sqlx::SqlSafeStr::into_sql_str(statements);
                Migration::new(version, name.into(), MigrationType::Simple, sql, false)
            })
            .collect(),
    )
}

async fn lock(file: &Path) -> Result<File, StorageError> {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    let path = Path::new(&name);
    let lock = private_file(path).map_err(|error| cannot_use(path, &error))?;
    for _ in 0..TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(TRY_EVERY).await,
            Err(TryLockError::Error(error)) => return Err(cannot_use(path, &error)),
        }
    }
    Err(StorageError::Unsuitable(format!(
        "another process has been migrating the database for a minute; if there is none, delete {}",
        path.display()
    )))
}

/// Opens a file, and makes it for its owner alone if it does not exist: it holds password hashes.
/// `SQLite` gives the files beside it the same rights.
fn private_file(path: &Path) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    if file.metadata()?.len() == 0 {
        file.set_permissions(Permissions::from_mode(0o600))?; // It may have been made by somebody else.
    }
    Ok(file)
}

fn cannot_use(path: &Path, error: &io::Error) -> StorageError {
    StorageError::Unsuitable(format!("cannot write to {}: {error}", path.display()))
}
