//! Cases on throttles.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use super::{Fixture, at, run};
use crate::Bucket;

pub async fn a_throttle_is_kept_until_it_lies_in_the_past(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let epoch = store.epoch().await.unwrap();
    for (number, seconds) in [(1, 10), (2, 20), (3, 30), (3, 40)] {
        let bucket = Bucket([number; 32]);
        run(&*store, move |unit| {
            Box::pin(async move { unit.set_throttle(&bucket, at(seconds)).await })
        })
        .await
        .unwrap();
    }
    let found =
        async |number| store.read().await.unwrap().throttle(&Bucket([number; 32])).await.unwrap();
    assert_eq!(
        (found(1).await, found(3).await, found(4).await),
        (Some(at(10)), Some(at(40)), None)
    );

    run(&*store, |unit| Box::pin(unit.delete_past_throttles(at(20), 1))).await.unwrap();
    let left = [found(1).await, found(2).await].into_iter().flatten().count();
    assert_eq!(left, 1, "the limit was not kept");
    run(&*store, |unit| Box::pin(unit.delete_past_throttles(at(20), 10))).await.unwrap();
    assert_eq!((found(1).await, found(2).await, found(3).await), (None, None, Some(at(40))));
    assert_eq!(store.epoch().await.unwrap(), epoch);
}
