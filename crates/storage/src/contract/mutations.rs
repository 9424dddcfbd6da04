//! Cases on mutations: whole or not at all, one after the other, durable when acknowledged.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use dqops_users_domain::Role;
use futures_util::future::join_all;

use super::{Fixture, email, insert, new_user, run, samples::permit_create};
use crate::{SharedStorage, Storage, StorageError, UserQuery};

async fn try_insert(store: &dyn Storage, name: String, refuse: bool) -> Result<(), StorageError> {
    run(store, move |unit| {
        let user = new_user(&name, Role::Viewer, 0);
        Box::pin(async move {
            unit.insert_user(user.clone(), permit_create()).await?;
            if refuse { Err(StorageError::NotFound("a reason")) } else { Ok(()) }
        })
    })
    .await
}

async fn emails(store: &dyn Storage) -> Vec<String> {
    let mut emails = Vec::new();
    let mut reader = store.read().await.unwrap();
    let visit = &mut |user: dqops_users_domain::User| emails.push(user.email.to_string());
    reader.visit_users(&UserQuery::default(), visit).await.unwrap();
    emails
}

pub async fn a_refused_mutation_leaves_nothing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let refused = try_insert(&*store, "jane@x.pl".to_owned(), true).await;
    assert!(matches!(refused, Err(StorageError::NotFound("a reason"))), "{refused:?}");
    assert!(emails(&*store).await.is_empty());
    assert_eq!(store.read().await.unwrap().count_users().await.unwrap(), 0);
}

pub async fn a_refusal_does_not_touch_its_neighbours(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    // Started together, so that many of them share a commit.
    let outcomes = join_all(
        (0..64).map(|number| try_insert(&*store, format!("u{number:02}@x.pl"), number % 3 == 0)),
    )
    .await;
    let kept: Vec<_> =
        (0..64).filter(|number| number % 3 != 0).map(|n| format!("u{n:02}@x.pl")).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), kept.len());
    assert_eq!(emails(&*store).await, kept);
    let count = store.read().await.unwrap().count_users().await.unwrap();
    assert_eq!(count, kept.len() as u64);
}

pub async fn a_panic_does_not_touch_its_neighbours(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let panicking = run(&*store, |unit| {
        Box::pin(async move {
            unit.insert_user(new_user("p@x.pl", Role::Viewer, 0), permit_create()).await?;
            assert_eq!(unit.count_users().await?, 0, "a defect in a mutation");
            Ok(())
        })
    });
    let (panicked, before, after) = tokio::join!(
        panicking,
        try_insert(&*store, "a@x.pl".to_owned(), false),
        try_insert(&*store, "b@x.pl".to_owned(), false),
    );
    assert!(matches!(panicked, Err(StorageError::Backend(_))), "{panicked:?}");
    assert!(before.is_ok() && after.is_ok());
    assert_eq!(emails(&*store).await, ["a@x.pl", "b@x.pl"]);
}

pub async fn a_mutation_reads_its_own_changes(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let found = run(&*store, |unit| {
        Box::pin(async move {
            unit.insert_user(new_user("jane@x.pl", Role::Viewer, 0), permit_create()).await?;
            unit.find_user(&email("jane@x.pl")).await
        })
    })
    .await
    .unwrap();
    assert!(found.is_some());
}

pub async fn mutations_never_overlap(fixture: &dyn Fixture) {
    let stores: Vec<SharedStorage> = vec![fixture.open().await, fixture.open().await];
    let (inside, overlaps) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let work = |store: SharedStorage| {
        let (inside, overlaps) = (Arc::clone(&inside), Arc::clone(&overlaps));
        tokio::spawn(async move {
            for _ in 0..10 {
                let (inside, overlaps) = (Arc::clone(&inside), Arc::clone(&overlaps));
                run(&*store, move |unit| {
                    let (inside, overlaps) = (Arc::clone(&inside), Arc::clone(&overlaps));
                    Box::pin(async move {
                        if inside.swap(true, Ordering::SeqCst) {
                            overlaps.fetch_add(1, Ordering::SeqCst);
                        }
                        unit.count_users().await?;
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        inside.store(false, Ordering::SeqCst);
                        Ok(())
                    })
                })
                .await
                .unwrap();
            }
        })
    };
    let tasks = (0..8).map(|number: usize| work(Arc::clone(&stores[number % 2])));
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(overlaps.load(Ordering::SeqCst), 0, "the directory lock let two in");
}

pub async fn what_was_acknowledged_is_found_after_closing(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    store.close().await;
    let store = fixture.open().await;
    assert_eq!(emails(&*store).await, ["jane@x.pl"]);
}

/// D4 in small.
pub async fn a_caller_who_leaves_cuts_nothing_in_half(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let pair = |number: u64| {
        let store = Arc::clone(&store);
        async move {
            run(&*store, move |unit| {
                Box::pin(async move {
                    for half in ["a", "b"] {
                        let name = format!("{number:03}-{half}@x.pl");
                        let user = new_user(&name, Role::Viewer, 0);
                        unit.insert_user(user.clone(), permit_create()).await?;
                    }
                    Ok(())
                })
            })
            .await
        }
    };
    let hasty = |number: u64| {
        let patience = Duration::from_micros(number * 37 % 5000);
        tokio::spawn(tokio::time::timeout(patience, pair(number)))
    };
    let acknowledged = join_all((0..200).map(hasty)).await;
    store.close().await;

    let store = fixture.open().await;
    let emails = emails(&*store).await;
    for (number, acknowledged) in acknowledged.into_iter().enumerate() {
        let halves = emails.iter().filter(|e| e.starts_with(&format!("{number:03}-"))).count();
        assert!(halves == 0 || halves == 2, "pair {number} was cut in half");
        if let Ok(Ok(Ok(()))) = acknowledged {
            assert_eq!(halves, 2, "pair {number} was acknowledged and lost");
        }
    }
    assert_eq!(store.read().await.unwrap().count_users().await.unwrap(), emails.len() as u64);
    try_insert(&*store, "clean@x.pl".to_owned(), false).await.unwrap();
}

pub async fn a_closed_storage_says_so(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    store.close().await;
    let refused = try_insert(&*store, "jane@x.pl".to_owned(), false).await;
    assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
}
