//! Cases on sessions.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{Role, Session, SessionId, TokenDigest, UserId};
use uuid::Uuid;

use super::{Fixture, at, insert, new_user, permit_delete, run};
use crate::{Storage, StorageError};

async fn sign_in(store: &dyn Storage, user: UserId, number: u8, seconds: i64) -> Session {
    let session = Session {
        id: SessionId(Uuid::from_u128(number.into())),
        user,
        created_at: at(seconds),
        last_used_at: at(seconds),
        ends_at: at(seconds + 100),
        address: "192.0.2.7".to_owned(),
        client: format!("client {number}"),
    };
    let inserted = session.clone();
    run(store, move |unit| {
        let session = inserted.clone();
        Box::pin(async move { unit.insert_session(&session, &TokenDigest([number; 32])).await })
    })
    .await
    .unwrap();
    session
}

pub async fn a_session_leads_to_its_user_as_of_now(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Editor, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let epoch = store.epoch().await.unwrap();
    let session = sign_in(&*store, jane.id, 1, 0).await;
    let mut reader = store.read().await.unwrap();
    let found = reader.find_session_by_digest(&TokenDigest([1; 32])).await.unwrap().unwrap();
    assert_eq!((&found.0, &found.1.email), (&session, &jane.email));
    assert_eq!(reader.find_session_by_digest(&TokenDigest([2; 32])).await.unwrap(), None);
    assert_eq!(reader.find_session(session.id).await.unwrap(), Some((session, jane.email)));
    assert_eq!(store.epoch().await.unwrap(), epoch, "a sign-in flushes no cache");
}

pub async fn a_session_is_touched_forwards_only(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Editor, 0);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let id = sign_in(&*store, jane.id, 1, 0).await.id;
    let epoch = store.epoch().await.unwrap();
    for seconds in [50, 40] {
        run(&*store, move |unit| Box::pin(unit.touch_session(id, at(seconds)))).await.unwrap();
        let mut reader = store.read().await.unwrap();
        let (session, _) = reader.find_session(id).await.unwrap().unwrap();
        assert_eq!(session.last_used_at, at(50));
    }
    assert_eq!(store.epoch().await.unwrap(), epoch, "nor does its use");
}

pub async fn sessions_end_one_by_one_by_age_and_with_their_user(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (jane, ann) = (new_user("jane@x.pl", Role::Admin, 0), new_user("ann@x.pl", Role::Admin, 0));
    insert(&*store, &[jane.clone(), ann.clone()]).await;
    let old = sign_in(&*store, jane.id, 1, 0).await;
    let young = sign_in(&*store, jane.id, 2, 10).await;
    let others = sign_in(&*store, ann.id, 3, 20).await;
    let ids = async |user| {
        let found = store.read().await.unwrap().sessions(user).await.unwrap();
        found.into_iter().map(|(session, _)| session.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Some(jane.id)).await, [old.id, young.id]);
    assert_eq!(ids(None).await, [others.id, old.id, young.id]);

    run(&*store, |unit| Box::pin(unit.delete_ended_sessions(at(100)))).await.unwrap();
    assert_eq!(ids(None).await, [others.id, young.id]);

    let epoch = store.epoch().await.unwrap();
    let id = young.id;
    run(&*store, move |unit| Box::pin(unit.delete_session(id))).await.unwrap();
    assert!(store.epoch().await.unwrap() > epoch);
    let again = run(&*store, move |unit| Box::pin(unit.delete_session(id))).await;
    assert!(matches!(again, Err(StorageError::NotFound("the session"))), "{again:?}");

    let user = ann.id;
    run(&*store, move |unit| Box::pin(unit.delete_user(user, permit_delete()))).await.unwrap();
    assert!(ids(None).await.is_empty());
}
