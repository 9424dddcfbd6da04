//! What Postgres' errors mean to the directory.

use std::io;

use dqops_users_storage::StorageError;
use sqlx::error::ErrorKind;

/// `SQLSTATE` codes, or classes of two characters, after which trying again later may help
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const PASSING: [&str; 9] = [
    "08",    // connection exception
    "25006", // read-only: the server is a standby
    "25P03", // idle in transaction for too long
    "40",    // transaction rollback: serialization failure, deadlock
    "53",    // insufficient resources: disk full, too many connections
    "57014", // statement took too long
    "57P",   // shutdown, crash, cannot connect now
    "58030", // I/O error
    "XX001", // data corrupted: an administrator must act, the client can only wait
];

const LOCK_NOT_AVAILABLE: &str = "55P03";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// There is no database of that name.
const INVALID_CATALOG_NAME: &str = "3D000";

pub(crate) fn storage_error(error: sqlx::Error) -> StorageError {
    let sqlx::Error::Database(database) = &error else {
        return match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            // What is left of an answer when the connection is cut off while it is made.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StorageError::unavailable(error),
            other => StorageError::backend(other),
        };
    };
    if database.kind() == ErrorKind::UniqueViolation {
        return StorageError::Conflict("it");
    }
    let code = database.code().unwrap_or_default();
    if code == LOCK_NOT_AVAILABLE {
        return StorageError::Busy;
    }
    let message = database.message();
    match &*code {
        INSUFFICIENT_PRIVILEGE => {
            return StorageError::Unsuitable(format!(
                "{message}; make the user the owner of the database (createdb -O USER NAME)"
            ));
        }
        INVALID_CATALOG_NAME => {
            return StorageError::Unsuitable(format!("{message}; createdb makes one"));
        }
        _ => {}
    }
    if PASSING.iter().any(|passing| code.starts_with(passing)) {
        StorageError::unavailable(error)
    } else {
        StorageError::backend(error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(crate) fn damaged(error: sqlx::Error) -> StorageError {
    StorageError::Corrupt(error.to_string())
}

/// Whether the server closed the connection while it was idle, so that another one may do.
pub(crate) fn was_dropped_by_server(error: &StorageError) -> bool {
    let StorageError::Unavailable(cause) = error else { return false };
    match cause.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Io(error)) => error.kind() != io::ErrorKind::ConnectionRefused,
        Some(sqlx::Error::Database(error)) => error.code().is_some_and(|code| code == "57P01"),
        _ => false,
    }
}
