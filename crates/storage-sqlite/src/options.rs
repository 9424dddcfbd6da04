//! How connections to the file are set up.

use std::{path::Path, time::Duration};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// How long to wait for another process that holds the write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The writer's connection.
pub(crate) fn writer(file: &Path) -> SqliteConnectOptions {
    common(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL syncs the log on every commit; WAL's usual NORMAL may lose the last ones in a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
}

/// A reader's connection. `query_only` rather than a read-only file, because a reader of a
/// write-ahead log writes to its shared memory.
pub(crate) fn reader(file: &Path) -> SqliteConnectOptions {
    common(file).create_if_missing(false).pragma("query_only", "on")
}

/// A connection that brings all into the one file.
pub(crate) fn settling(file: &Path) -> SqliteConnectOptions {
    common(file).create_if_missing(false).journal_mode(SqliteJournalMode::Delete)
}

fn common(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).busy_timeout(BUSY_TIMEOUT)
}
