//! Whether the directory says that it works.

use dqops_users_service::ServiceError;
use dqops_users_storage::StorageError;

use crate::{
    stage::{Stage, on_both_stores},
    values::assert_refused,
};

on_both_stores!(a_directory_is_healthy_until_its_storage_is_gone);

async fn a_directory_is_healthy_until_its_storage_is_gone(stage: Stage) {
    stage.directory.check_health().await.unwrap();
    stage.directory.close().await;
    assert_refused!(
        stage.directory.check_health().await,
        ServiceError::Storage(error) if matches!(*error, StorageError::Unavailable(_))
    );
}
