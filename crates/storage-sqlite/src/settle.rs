//! Bringing a database that was closed into the one file that bears its name, to be given away.

use std::{path::Path, time::Duration};

use dqops_users_storage::{StorageError, sql};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{connection::Held, error::storage_error, options};

/// How often to try while connections that were let go of are still closing, and how often at the most.
const TRY_EVERY: Duration = Duration::from_millis(20);
const TRIES: u32 = 500;

/// Brings all of a database that nobody uses into its file, so that it is whole without the log beside
/// it. Opening it as a directory begins a new log.
///
/// # Errors
/// [`StorageError::Busy`] when somebody does use it; the storage's error.
pub async fn settle(file: &Path) -> Result<(), StorageError> {
    for _ in 1..TRIES {
        match settle_once(file).await {
            Err(StorageError::Busy) => tokio::time::sleep(TRY_EVERY).await,
            outcome => return outcome,
        }
    }
    settle_once(file).await
}

async fn settle_once(file: &Path) -> Result<(), StorageError> {
    let mut connection = options::settling(file).connect().await.map_err(storage_error)?;
    let mode =
        sql::setting(&mut Held(&mut connection), "SELECT journal_mode FROM pragma_journal_mode")
            .await?;
    connection.close().await.map_err(storage_error)?;
    if mode == "delete" { Ok(()) } else { Err(StorageError::Busy) }
}
