//! A file that is deleted or replaced under an open storage: nothing is acknowledged into nowhere.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::{fs, path::Path};

use dqops_users_domain::Role;
use dqops_users_storage::{
    Storage, StorageError,
    contract::{new_user, permit_create, run},
};
use dqops_users_storage_sqlite::SqliteStorage;

async fn insert(store: &dyn Storage, name: &str) -> Result<(), StorageError> {
    let user = new_user(name, Role::Viewer, 0);
    run(store, move |unit| {
        let user = user.clone();
        Box::pin(async move { unit.insert_user(user.clone(), permit_create()).await })
    })
    .await
}

async fn refuses_everything(store: &SqliteStorage) {
    let written = insert(store, "late@x.pl").await;
    assert!(matches!(written, Err(StorageError::Unavailable(_))), "{written:?}");
    assert!(matches!(store.read_epoch().await, Err(StorageError::Unavailable(_))));
    assert!(matches!(store.read().await, Err(StorageError::Unavailable(_))));
}

async fn count(file: &Path) -> u64 {
    let store = SqliteStorage::open(file).await.unwrap();
    let count = store.read().await.unwrap().count_users().await.unwrap();
    store.close().await;
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_file_is_noticed_and_one_that_comes_back_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (file, aside) = (folder.path().join("users.db"), folder.path().join("aside.db"));
    let store = SqliteStorage::open(&file).await.unwrap();
    insert(&store, "ann@x.pl").await.unwrap();
    fs::rename(&file, &aside).unwrap();
    refuses_everything(&store).await;
    fs::rename(&aside, &file).unwrap();
    insert(&store, "bob@x.pl").await.unwrap();
    store.close().await;
    assert_eq!(count(&file).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("users.db"), folder.path().join("other.db"));
    let store = SqliteStorage::open(&file).await.unwrap();
    insert(&store, "ann@x.pl").await.unwrap();
    SqliteStorage::open(&other).await.unwrap().close().await;
    fs::rename(&other, &file).unwrap();
    refuses_everything(&store).await;
}
