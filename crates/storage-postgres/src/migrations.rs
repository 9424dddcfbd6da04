//! The schema's migrations, in step with those of the other storages.

use std::time::Duration;

use dqops_users_storage::{StorageError, sql};
use sqlx::{
    Connection as _, PgConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    postgres::PgConnectOptions,
};

use crate::{connection::Held, error::storage_error, writer};

/// Version, name and statements of each migration.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "directory", include_str!("../../../migrations/postgres/0001_directory.sql")),
    (2, "sign_in", include_str!("../../../migrations/postgres/0002_sign_in.sql")),
    (3, "audit_chain", include_str!("../../../migrations/postgres/0003_audit_chain.sql")),
    (4, "console", include_str!("../../../migrations/postgres/0004_console.sql")),
    (5, "load", include_str!("../../../migrations/postgres/0005_load.sql")),
];

/// How often to try for the lock while another replica migrates, and how often at the most.
const TRY_EVERY: Duration = Duration::from_millis(20);
const TRIES: u32 = 3000;

/// Brings the schema up to date.
pub(crate) async fn run(options: &PgConnectOptions) -> Result<(), StorageError> {
    let mut connection = writer::open(options).await?;
    lock(&mut connection).await?;
    let mut migrator = migrator();
    // Its own lock waits without end, and blocks what the one who holds it may wait for.
    migrator.set_locking(false);
    // `run` would do, but its future is not `Send` over a borrowed connection.
    let outcome = migrator.run_direct(None, &mut connection, false).await;
    connection.close().await.map_err(storage_error)?; // It also lets go of the lock.
    outcome.map_err(|error| match error {
        MigrateError::VersionMissing(found) => StorageError::NewerSchema { found, known: latest() },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            storage_error(error)
        }
        other => StorageError::backend(other),
    })
}

/// Whether the database has a schema of this program, of whatever version.
pub(crate) async fn is_there(options: &PgConnectOptions) -> Result<bool, StorageError> {
    let mut connection = writer::open(options).await?;
    let sql = "SELECT CAST(to_regclass('_sqlx_migrations') IS NOT NULL AS TEXT)";
    let answer = sql::setting(&mut Held::new(&mut connection), sql).await?;
    connection.close().await.map_err(storage_error)?;
    Ok(answer == "true")
}

fn latest() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0)
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

async fn lock(connection: &mut PgConnection) -> Result<(), StorageError> {
    // The key is `dqops` in ASCII and 2 for the migration lock.
    let try_lock = "SELECT CAST(pg_try_advisory_lock(110438363722498) AS TEXT)";
    for _ in 0..TRIES {
        if sql::setting(&mut Held::new(&mut *connection), try_lock).await? == "true" {
            return Ok(());
        }
        tokio::time::sleep(TRY_EVERY).await;
    }
    Err(StorageError::Unsuitable(
        "another replica has been migrating the database for a minute; look at its log".to_owned(),
    ))
}
