//! Whether a file that comes from elsewhere holds nothing but tables.

use std::path::Path;

use dqops_users_storage::{StorageError, sql};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{connection::Held, error::storage_error, options};

const OTHERS: &str = "SELECT CAST(count(*) AS TEXT) FROM sqlite_schema \
    WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'";

/// Whether whatever can be read in the file are tables: a view in the place of one could make whoever reads
/// it compute for ever.
///
/// # Errors
/// [`StorageError::Corrupt`] when it is no database; the storage's error.
pub async fn has_tables_alone(file: &Path) -> Result<bool, StorageError> {
    let mut connection = options::settling(file).connect().await.map_err(storage_error)?;
    let others = sql::setting(&mut Held(&mut connection), OTHERS).await?;
    connection.close().await.map_err(storage_error)?;
    Ok(others == "0")
}
