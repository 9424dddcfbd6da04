//! Cases on password hashes.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{PasswordHash, Role, UserId};
use uuid::Uuid;

use super::{Fixture, at, insert, new_user, run};
use crate::{Storage, StorageError};

async fn set(store: &dyn Storage, user: UserId, phc: &'static str) -> Result<(), StorageError> {
    run(store, move |unit| {
        Box::pin(async move {
            unit.set_password_hash(user, &PasswordHash::from_phc(phc.to_owned()), at(0)).await
        })
    })
    .await
}

pub async fn a_password_hash_is_set_and_replaced(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let hash = async || store.read().await.unwrap().password_hash(jane.id).await.unwrap();
    assert_eq!(hash().await, None);
    for phc in ["$first$", "$second$"] {
        set(&*store, jane.id, phc).await.unwrap();
        assert_eq!(hash().await.unwrap().expose(), phc);
    }
}

pub async fn a_password_hash_needs_a_user(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    assert!(set(&*store, UserId(Uuid::from_u128(1)), "$hash$").await.is_err());
}
