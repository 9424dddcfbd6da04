//! Cases on API keys.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{ApiKey, ApiKeyId, Role, Roles, TokenDigest, UserId};
use uuid::Uuid;

use super::{Fixture, at, email, insert, new_user, permit_change, run};
use crate::{Storage, StorageError};

async fn issue(store: &dyn Storage, owner: UserId, number: u8, seconds: i64) -> ApiKey {
    let key = ApiKey {
        id: ApiKeyId(Uuid::from_u128(number.into())),
        owner,
        name: format!("key {number}"),
        created_at: at(seconds),
        expires_at: (number > 1).then(|| at(100)),
        last_used_at: None,
    };
    let inserted = key.clone();
    run(store, move |unit| {
        let key = inserted.clone();
        Box::pin(async move { unit.insert_api_key(&key, &TokenDigest([number; 32])).await })
    })
    .await
    .unwrap();
    key
}

pub async fn a_key_leads_to_its_owner_as_of_now(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Admin, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let key = issue(&*store, jane.id, 1, 0).await;

    let user = jane.id;
    run(&*store, move |unit| {
        Box::pin(
            async move { unit.set_roles(user, &Roles::new(Role::Viewer), permit_change()).await },
        )
    })
    .await
    .unwrap();
    let mut reader = store.read().await.unwrap();
    let (found, owner) = reader.find_by_digest(&TokenDigest([1; 32])).await.unwrap().unwrap();
    assert_eq!(found, key);
    assert_eq!(owner.roles, Roles::new(Role::Viewer));
    assert_eq!(reader.find_by_digest(&TokenDigest([2; 32])).await.unwrap(), None);
}

pub async fn a_key_is_touched_forwards_only(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Admin, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let id = issue(&*store, jane.id, 1, 0).await.id;
    let epoch = store.epoch().await.unwrap();
    for seconds in [50, 40] {
        run(&*store, move |unit| Box::pin(unit.touch_api_key(id, at(seconds)))).await.unwrap();
        let found = store.read().await.unwrap().find_api_key(id).await.unwrap();
        assert_eq!(found.unwrap().0.last_used_at, Some(at(50)));
    }
    assert_eq!(store.epoch().await.unwrap(), epoch, "the use of a key flushes no cache");
}

pub async fn a_deleted_key_is_gone(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Admin, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let key = issue(&*store, jane.id, 1, 0).await.id;
    run(&*store, move |unit| Box::pin(unit.delete_api_key(key))).await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.find_by_digest(&TokenDigest([1; 32])).await.unwrap(), None);
    assert_eq!(reader.find_api_key(key).await.unwrap(), None);
    let again = run(&*store, move |unit| Box::pin(unit.delete_api_key(key))).await;
    assert!(matches!(again, Err(StorageError::NotFound("the API key"))), "{again:?}");
}

pub async fn keys_are_listed_by_owner_and_age(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (jane, ann) = (new_user("jane@x.pl", Role::Admin, 0), new_user("ann@x.pl", Role::Admin, 0));
    insert(&*store, &[jane.clone(), ann.clone()]).await;
    let second = issue(&*store, jane.id, 2, 20).await;
    let first = issue(&*store, jane.id, 3, 10).await;
    let other = issue(&*store, ann.id, 1, 30).await;

    let mut reader = store.read().await.unwrap();
    let of_jane = reader.api_keys(Some(jane.id)).await.unwrap();
    assert_eq!(
        of_jane,
        [(first.clone(), jane.email.clone()), (second.clone(), jane.email.clone())]
    );
    let all: Vec<_> =
        reader.api_keys(None).await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(all, [other.clone(), first, second]);
    let found = reader.find_api_key(other.id).await.unwrap();
    assert_eq!(found, Some((other, email("ann@x.pl"))));
}
