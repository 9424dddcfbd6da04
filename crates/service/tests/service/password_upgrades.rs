//! Hashes of lower costs are replaced on a sign-in that succeeds, and hostile ones are not computed.

use std::time::Duration;

use dqops_users_domain::{Email, Role};
use dqops_users_service::ServiceError;
use tokio::time::Instant;

use crate::{
    interposed::Interposed,
    raw,
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused, password},
};

on_both_stores!(
    a_weak_hash_is_replaced_on_success_only,
    a_password_change_wins_over_the_upgrade_that_comes_after_it,
    a_password_change_wins_over_an_upgrade_beside_it,
);

/// Hashes of `STRONG` with less memory, with fewer passes, and with both.
const WEAK: [&str; 3] = [
    "$argon2id$v=19$m=8192,t=2,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0",
    "$argon2id$v=19$m=19456,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$XSxErtBNIYaAxrZJ/lW9e4HO36iXPTDHooO8LpuE0TY",
    "$argon2id$v=19$m=8192,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$sTUUVQgpIXAXO97WczUlPcBAXP8+Yd2l/yBPyAPDNig",
];

async fn user_with_hash(stage: &Stage, phc: &str) -> Email {
    let name = "jane@example.com".parse().unwrap();
    if stage.find(&name).await.is_none() {
        stage.add(name.as_str(), Role::Viewer).await;
    }
    raw::store_hash(&*stage.storage, &name, phc).await;
    name
}

async fn stored(stage: &Stage, user: &Email) -> String {
    stage.stored_hash(user).await.unwrap().expose().to_owned()
}

async fn a_weak_hash_is_replaced_on_success_only(stage: Stage) {
    for weak in WEAK {
        let jane = user_with_hash(&stage, weak).await;
        assert_refused!(
            stage.directory.verify_password(jane.as_str(), password(OTHER_STRONG)).await,
            ServiceError::SignInRefused
        );
        assert_eq!(stored(&stage, &jane).await, weak, "after a failure");
        stage.set_role(&jane, Role::None).await;
        assert_refused!(
            stage.directory.verify_password(jane.as_str(), password(STRONG)).await,
            ServiceError::SignInRefused
        );
        assert_eq!(stored(&stage, &jane).await, weak, "after a sign-in without a role");
        stage.set_role(&jane, Role::Viewer).await;

        stage.directory.verify_password(jane.as_str(), password(STRONG)).await.unwrap();
        let upgraded = stored(&stage, &jane).await;
        assert!(upgraded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{weak}");
        stage.directory.verify_password(jane.as_str(), password(STRONG)).await.unwrap();
        assert_eq!(stored(&stage, &jane).await, upgraded, "a hash of today's costs is kept");
    }
}

/// The sign-in has verified the old password and computed its new hash when the change comes.
async fn a_password_change_wins_over_the_upgrade_that_comes_after_it(stage: Stage) {
    let jane = user_with_hash(&stage, WEAK[2]).await;
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let (directory, operator, name) = (stage.directory.clone(), stage.operator(), jane.clone());
    interposed.before_the_next_change(async move {
        let new = Some(password(OTHER_STRONG));
        directory.change_user_password(&operator, &name, new).await.unwrap();
    });
    slow.verify_password(jane.as_str(), password(STRONG)).await.unwrap();
    stage.directory.verify_password(jane.as_str(), password(OTHER_STRONG)).await.unwrap();
    assert_refused!(
        stage.directory.verify_password(jane.as_str(), password(STRONG)).await,
        ServiceError::SignInRefused
    );
}

async fn a_password_change_wins_over_an_upgrade_beside_it(stage: Stage) {
    for round in 0..25 {
        let jane = user_with_hash(&stage, WEAK[2]).await;
        let (directory, name) = (stage.directory.clone(), jane.clone());
        let signing_in = tokio::spawn(async move {
            directory.verify_password(name.as_str(), password(STRONG)).await.map(drop)
        });
        // The upgrade is prepared while the change is: sometimes the one is first, sometimes the other.
        tokio::time::sleep(Duration::from_millis(round)).await;
        let new = Some(password(OTHER_STRONG));
        stage.directory.change_user_password(&stage.operator(), &jane, new).await.unwrap();
        match signing_in.await.unwrap() {
            Ok(()) | Err(ServiceError::SignInRefused) => {}
            Err(other) => panic!("{other:?}"),
        }
        stage.directory.verify_password(jane.as_str(), password(OTHER_STRONG)).await.unwrap();
    }
}

/// P6: refused within 50 ms, because nothing is computed; the rest is what the machine does beside.
#[tokio::test]
async fn a_hostile_hash_is_refused_quickly() {
    const LIMIT: Duration = Duration::from_millis(50);
    let stage = Stage::sqlite().await;
    let tail = "AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0";
    for hostile in [
        format!("$argon2id$v=19$m=4194304,t=2,p=1${tail}"),
        format!("$argon2id$v=19$m=19456,t=1000000,p=1${tail}"),
        format!("$argon2d$v=19$m=8192,t=2,p=1${tail}"),
        format!("$argon2i$v=19$m=8192,t=2,p=1${tail}"),
        format!("$argon2id$v=16$m=8192,t=2,p=1${tail}"),
        format!("$2b$12${tail}"),
        STRONG.to_owned(),
        String::new(),
    ] {
        let jane = user_with_hash(&stage, &hostile).await;
        let mut quickest = Duration::MAX;
        for _ in 0..10 {
            if quickest < LIMIT {
                break;
            }
            let begin = Instant::now();
            assert_refused!(
                stage.directory.verify_password(jane.as_str(), password(STRONG)).await,
                ServiceError::SignInRefused
            );
            quickest = quickest.min(begin.elapsed());
        }
        assert!(quickest < LIMIT, "{hostile} took {quickest:?}");
        assert_eq!(stored(&stage, &jane).await, hostile);
    }
}
