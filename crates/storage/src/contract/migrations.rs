//! Cases on opening and migrating.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use futures_util::future::join_all;

use super::Fixture;
use crate::StorageError;

/// D6 in small.
pub async fn processes_that_start_together_migrate_once(fixture: &dyn Fixture) {
    let stores = join_all((0..6).map(|_| fixture.try_open())).await;
    for store in stores {
        store.unwrap().read().await.unwrap().directory().await.unwrap();
    }
    let once = fixture.raw("UPDATE _sqlx_migrations SET success = TRUE WHERE version = 1").await;
    assert_eq!(once.unwrap(), 1);
}

pub async fn a_newer_schema_is_refused(fixture: &dyn Fixture) {
    fixture.open().await.close().await;
    let later = "INSERT INTO _sqlx_migrations \
        (version, description, installed_on, success, checksum, execution_time) \
        SELECT 9999, description, installed_on, success, checksum, execution_time \
        FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(fixture.raw(later).await.unwrap(), 1);
    let Err(refused) = fixture.try_open().await else { panic!("a newer schema was opened") };
    assert!(matches!(refused, StorageError::NewerSchema { found: 9999, .. }), "{refused:?}");
    assert!(refused.to_string().contains("update this program"), "{refused}");
}
