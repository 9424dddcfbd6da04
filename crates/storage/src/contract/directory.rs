//! Cases on the directory's record.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::TokenDigest;

use super::{Fixture, at, run};

pub async fn the_record_is_kept(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let fresh = store.read().await.unwrap().directory().await.unwrap();
    assert_eq!((fresh.started_at, fresh.licence), (None, None));

    run(&*store, |unit| {
        Box::pin(async move {
            unit.set_started_at(at(1)).await?;
            unit.set_latest_time(at(2)).await?;
            unit.set_latest_licence_issued_at(at(3)).await?;
            unit.set_licence(Some("dqul1.x.y")).await
        })
    })
    .await
    .unwrap();
    store.close().await;
    let store = fixture.open().await;
    let kept = store.read().await.unwrap().directory().await.unwrap();
    assert_eq!((kept.started_at, kept.latest_time), (Some(at(1)), at(2)));
    assert_eq!(kept.latest_licence_issued_at, at(3));
    assert_eq!(kept.licence.as_deref(), Some("dqul1.x.y"));
    assert!(kept.epoch > fresh.epoch);

    run(&*store, |unit| Box::pin(unit.set_licence(None))).await.unwrap();
    assert_eq!(store.read().await.unwrap().directory().await.unwrap().licence, None);
}

pub async fn setup_codes_open_and_close(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let (first, second) = (TokenDigest([1; 32]), TokenDigest([2; 32]));
    run(&*store, move |unit| {
        Box::pin(async move {
            unit.add_setup_code(&first, at(0)).await?;
            unit.add_setup_code(&second, at(0)).await
        })
    })
    .await
    .unwrap();
    let open = async |code| store.read().await.unwrap().is_setup_code(&code).await.unwrap();
    assert!(open(first).await && open(second).await && !open(TokenDigest([3; 32])).await);
    run(&*store, |unit| Box::pin(unit.clear_setup_codes())).await.unwrap();
    assert!(!open(first).await && !open(second).await);
}
