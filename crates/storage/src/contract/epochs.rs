//! Cases on the epoch, on which the exactness of every cache rests.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{Epoch, PasswordHash, Role};

use super::{Fixture, at, email, insert, new_user, run};
use crate::EpochLease;

pub async fn a_visible_change_raises_the_epoch_before_it_is_acknowledged(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let mut last = store.epoch().await.unwrap();
    for number in 0..50 {
        insert(&*store, &[new_user(&format!("u{number}@x.pl"), Role::Viewer, 0)]).await;
        let now = store.epoch().await.unwrap();
        assert!(now > last, "the epoch stayed at {last} after an acknowledged write");
        assert_eq!(now, store.read_epoch().await.unwrap());
        last = now;
    }
}

pub async fn an_invisible_change_keeps_the_epoch(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let before = store.read_epoch().await.unwrap();
    let user = jane.id;
    run(&*store, move |unit| {
        Box::pin(async move {
            unit.set_password_hash(user, &PasswordHash::from_phc("$x$".to_owned()), at(0)).await
        })
    })
    .await
    .unwrap();
    assert_eq!(store.read_epoch().await.unwrap(), before);
}

pub async fn another_process_is_noticed_within_the_lease(fixture: &dyn Fixture) {
    let (here, there) = (fixture.open().await, fixture.open().await);
    for number in 0..20 {
        here.epoch().await.unwrap();
        insert(&*there, &[new_user(&format!("u{number}@x.pl"), Role::Viewer, 0)]).await;
        let acknowledged = there.epoch().await.unwrap();
        tokio::time::sleep(EpochLease::LENGTH).await;
        assert!(here.epoch().await.unwrap() >= acknowledged, "a change was missed after the lease");
    }
}

/// What was cached before the restoration must not come back when the epoch has risen as far again.
pub async fn a_restored_copy_is_noticed_and_goes_on_with_other_epochs(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let mut seen = vec![store.epoch().await.unwrap()];
    let commits = async |name: &str, number: u32| {
        let mut epochs = Vec::new();
        for number in 0..number {
            let user = new_user(&format!("{name}{number}@x.pl"), Role::Viewer, 0);
            insert(&*store, &[user]).await;
            epochs.push(store.epoch().await.unwrap());
        }
        epochs
    };
    seen.extend(commits("before", 20).await);
    fixture.raw("UPDATE directory SET epoch = 1").await.unwrap();
    tokio::time::sleep(EpochLease::LENGTH).await;
    assert_eq!(store.epoch().await.unwrap(), Epoch(1), "the older copy was not noticed");
    for epoch in commits("after", 20).await {
        assert!(!seen.contains(&epoch), "{epoch} names two states");
    }
}

pub async fn a_snapshot_does_not_move(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.count_users().await.unwrap(), 0);
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    assert_eq!(reader.count_users().await.unwrap(), 0);
    assert_eq!(reader.find_user(&email("jane@x.pl")).await.unwrap(), None);
    drop(reader);
    assert_eq!(store.read().await.unwrap().count_users().await.unwrap(), 1);
}
