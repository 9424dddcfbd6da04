//! Cases on password links.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{PasswordLink, Role, TokenDigest, UserId};

use super::{Fixture, at, insert, new_user, permit_delete, run};
use crate::Storage;

async fn set(store: &dyn Storage, user: UserId, number: u8, is_requested: bool) -> PasswordLink {
    let created_at = at(number.into());
    let link =
        PasswordLink { user, is_requested, created_at, expires_at: at(i64::from(number) + 100) };
    let kept = link.clone();
    run(store, move |unit| {
        let link = kept.clone();
        Box::pin(async move { unit.set_password_link(&link, &TokenDigest([number; 32])).await })
    })
    .await
    .unwrap();
    link
}

pub async fn a_link_leads_to_its_user(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let epoch = store.epoch().await.unwrap();
    let link = set(&*store, jane.id, 1, false).await;
    let mut reader = store.read().await.unwrap();
    let found = reader.find_password_link(&TokenDigest([1; 32])).await.unwrap();
    assert_eq!(found, Some((link.clone(), jane.email)));
    assert_eq!(reader.find_password_link(&TokenDigest([2; 32])).await.unwrap(), None);
    assert_eq!(reader.password_link(jane.id).await.unwrap(), Some(link));
    assert_eq!(store.epoch().await.unwrap(), epoch, "nobody has cached it");
}

pub async fn a_new_link_replaces_the_old(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    set(&*store, jane.id, 1, false).await;
    let second = set(&*store, jane.id, 2, false).await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.find_password_link(&TokenDigest([1; 32])).await.unwrap(), None);
    assert_eq!(reader.password_link(jane.id).await.unwrap(), Some(second));
    drop(reader);

    let id = jane.id;
    run(&*store, move |unit| Box::pin(unit.delete_password_links(id))).await.unwrap();
    assert_eq!(store.read().await.unwrap().password_link(id).await.unwrap(), None);
    run(&*store, move |unit| Box::pin(unit.delete_password_links(id))).await.unwrap();
}

pub async fn a_requested_link_stands_beside_an_admins(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let made = set(&*store, jane.id, 1, false).await;
    let requested = set(&*store, jane.id, 2, true).await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(
        reader.password_link(jane.id).await.unwrap(),
        Some(requested.clone()),
        "it holds longer"
    );
    for (number, link) in [(1, &made), (2, &requested)] {
        let found = reader.find_password_link(&TokenDigest([number; 32])).await.unwrap();
        assert_eq!(found.map(|(link, _)| link).as_ref(), Some(link));
    }
    drop(reader);
    let id = jane.id;
    run(&*store, move |unit| Box::pin(unit.delete_password_links(id))).await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.find_password_link(&TokenDigest([2; 32])).await.unwrap(), None);
}

pub async fn a_link_goes_with_its_user(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Viewer, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    set(&*store, jane.id, 1, false).await;
    let id = jane.id;
    run(&*store, move |unit| Box::pin(unit.delete_user(id, permit_delete()))).await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.find_password_link(&TokenDigest([1; 32])).await.unwrap(), None);
}
