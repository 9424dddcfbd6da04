//! What `SQLite`'s errors mean to the directory.

use dqops_users_storage::StorageError;
use sqlx::error::ErrorKind;

/// Primary result codes of a file that another process has locked: BUSY and LOCKED.
const LOCKED: [i32; 2] = [5, 6];

/// Primary result codes after which trying again later may help: the disk is full or does not answer (<https://sqlite.org/rescode.html>).
const PASSING: [i32; 5] = [
    8,  // READONLY
    9,  // INTERRUPT
    10, // IOERR
    13, // FULL
    14, // CANTOPEN
];

/// Primary result codes of a file that is damaged or no database.
const DAMAGED: [i32; 2] = [11, 26];

pub(crate) fn storage_error(error: sqlx::Error) -> StorageError {
    let sqlx::Error::Database(database) = &error else {
        return match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StorageError::unavailable(error),
            other => StorageError::backend(other),
        };
    };
    if database.kind() == ErrorKind::UniqueViolation {
        return StorageError::Conflict("it");
    }
    let code = database.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0) & 0xff;
    if LOCKED.contains(&code) {
        return StorageError::Busy;
    }
    if PASSING.contains(&code) {
        StorageError::unavailable(error)
    } else if DAMAGED.contains(&code) {
        StorageError::Corrupt(error.to_string())
    } else {
        StorageError::backend(error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(crate) fn damaged(error: sqlx::Error) -> StorageError {
    StorageError::Corrupt(error.to_string())
}
