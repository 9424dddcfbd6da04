//! Whether the directory can do its work.

use std::time::Duration;

use dqops_users_storage::StorageError;

use crate::{Directory, ServiceError};

/// How long the storage may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

impl Directory {
    /// Whether the storage answers; open to anyone. Those who ask at once share one question, so that
    /// asking often costs the storage nothing.
    ///
    /// # Errors
    /// When the storage does not answer in time.
    pub async fn check_health(&self) -> Result<(), ServiceError> {
        match tokio::time::timeout(PATIENCE, self.storage.epoch()).await {
            Ok(answer) => Ok(answer.map(|_| ())?),
            Err(elapsed) => Err(StorageError::unavailable(elapsed).into()),
        }
    }
}
