//! T1, T2: an attacker neither keeps a victim out nor makes room for more attempts.

use std::{net::IpAddr, num::NonZeroUsize};

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{HashingSettings, ServiceError, Settings};
use dqops_users_storage::Bucket;
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::{
    clock::days,
    raw,
    sign_ins::{Failed, HOME, attempt, fail, wait},
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused, email},
};

on_both_stores!(
    a_victim_gets_in_from_a_known_address_whoever_fails_as_it,
    a_victim_gets_in_from_anywhere_while_one_address_fails_as_it,
    a_distributed_attack_on_one_account_is_bounded_too,
    whoever_is_not_looked_at_makes_no_room_for_others,
    an_address_stays_known_for_ninety_days,
    names_that_nobody_has_do_not_touch_the_victims_places,
);

const JANE: &str = "jane@example.com";

/// The bucket of an account and an address, as the throttle names it.
fn bucket(kind: &str, account: &str, address: &str) -> Bucket {
    Bucket(Sha256::digest(format!("{kind}\0{account}\0{address}\0")).into())
}

async fn is_stored(stage: &Stage, bucket: &Bucket) -> bool {
    stage.storage.read().await.unwrap().throttle(bucket).await.unwrap().is_some()
}

/// An address of the attacker's.
fn foreign(number: usize) -> String {
    IpAddr::from([198, 51, 100, u8::try_from(number).unwrap()]).to_string()
}

/// Fails as Jane so many times from each of so many addresses, and answers how often the password was
/// looked at. Her hash is broken meanwhile, so that it is not computed each time.
async fn attack(stage: &Stage, addresses: usize, times: usize) -> usize {
    let jane = email(JANE);
    let hash = stage.stored_hash(&jane).await.unwrap();
    raw::store_hash(&*stage.storage, &jane, "broken").await;
    let mut looked_at = 0;
    for number in 0..addresses {
        for _ in 0..times {
            let answer = fail(&stage.directory, JANE, OTHER_STRONG, &foreign(number)).await;
            looked_at += usize::from(answer == Failed::Refused);
        }
    }
    raw::store_hash(&*stage.storage, &jane, hash.expose()).await;
    looked_at
}

async fn a_victim_gets_in_from_a_known_address_whoever_fails_as_it(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Admin).await;
    stage.sign_in(&jane).await;
    assert_eq!(attack(&stage, 50, 60).await, 100);
    stage.sign_in(&jane).await;
    // The victim may also mistype, as often as ever.
    for _ in 0..10 {
        let answer = fail(&stage.directory, JANE, OTHER_STRONG, HOME).await;
        assert_eq!(answer, Failed::Refused);
    }
    assert_eq!(fail(&stage.directory, JANE, OTHER_STRONG, HOME).await, wait(6));
}

async fn a_victim_gets_in_from_anywhere_while_one_address_fails_as_it(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Admin).await;
    let mut looked_at = 0;
    for _ in 0..20 {
        looked_at += attack(&stage, 1, 50).await;
        stage.clock.advance(SignedDuration::from_secs(30));
    }
    assert_eq!(looked_at, 10 + 19 * 5);
    stage.sign_in(&jane).await;
}

async fn a_distributed_attack_on_one_account_is_bounded_too(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Admin).await;
    assert_eq!(attack(&stage, 30, 20).await, 100);
    // At a place that nobody knows the victim must wait as the attackers must...
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));
    stage.clock.advance(SignedDuration::from_secs(6));
    assert_eq!(attack(&stage, 30, 20).await, 1);
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));
    // ... but not for longer than until the attack pauses.
    stage.clock.advance(SignedDuration::from_secs(6));
    stage.sign_in(&jane).await;
    // From then on the place is known.
    assert_eq!(attack(&stage, 30, 20).await, 1);
    stage.sign_in(&jane).await;
    // Other accounts never felt it.
    let joe = stage.add_with_password("joe@example.com", Role::Viewer).await;
    stage.directory.sign_in(attempt(joe.as_str(), STRONG, &foreign(200))).await.unwrap();
}

/// At a known address fewer places are taken, so fewer are given back.
async fn whoever_is_not_looked_at_makes_no_room_for_others(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Admin).await;
    stage.sign_in(&jane).await;
    assert_eq!(attack(&stage, 11, 10).await, 100);
    let hashing = HashingSettings { threads: NonZeroUsize::MIN, queue_length: 0 };
    let busy = stage.directory_over(stage.storage.clone(), Settings { hashing, ..settings() });
    for _ in 0..20 {
        let answer = busy.sign_in(attempt(JANE, OTHER_STRONG, HOME)).await;
        assert_refused!(answer, ServiceError::Overloaded);
    }
    for _ in 0..3 {
        stage.sign_in(&jane).await;
    }
    assert_eq!(fail(&stage.directory, JANE, OTHER_STRONG, &foreign(100)).await, wait(6));
}

async fn an_address_stays_known_for_ninety_days(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Admin).await;
    stage.sign_in(&jane).await;
    stage.clock.advance(days(89));
    assert_eq!(attack(&stage, 11, 10).await, 100);
    stage.sign_in(&jane).await;
    stage.clock.advance(days(90));
    assert_eq!(attack(&stage, 11, 10).await, 100);
    assert_eq!(fail(&stage.directory, JANE, OTHER_STRONG, HOME).await, wait(6));
}

async fn names_that_nobody_has_do_not_touch_the_victims_places(stage: Stage) {
    stage.install(LicenceType::Team, 100).await;
    stage.add_broken(JANE).await;
    for _ in 0..3 {
        assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, Failed::Refused);
    }
    let names: Vec<_> = (0..20).map(|number| format!("junk{number}@example.com")).collect();
    for name in &names {
        assert_eq!(fail(&stage.directory, name, STRONG, HOME).await, Failed::Refused);
    }
    // What is no email is nobody's, and bounded by its address alone.
    for name in ["", "a", "b", "jane@", "@", "\0", "jane", "c", "d", "e", "f"] {
        assert_eq!(fail(&stage.directory, name, STRONG, HOME).await, Failed::Refused);
    }
    for _ in 3..10 {
        assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, Failed::Refused);
    }
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));

    let of_jane = bucket("account and address", JANE, HOME);
    let mut buckets: Vec<_> =
        names.iter().map(|name| bucket("account and address", name, HOME)).collect();
    buckets.extend(names.iter().map(|name| bucket("account", name, "")));
    for bucket in &buckets {
        assert!(is_stored(&stage, bucket).await);
    }
    // When they lie in the past, a few attempts of anybody clear them away; Jane's counts on.
    stage.clock.advance(SignedDuration::from_secs(7));
    for _ in 0..6 {
        let answer = fail(&stage.directory, "joe@example.com", STRONG, "192.0.2.2").await;
        assert_eq!(answer, Failed::Refused);
    }
    for bucket in &buckets {
        assert!(!is_stored(&stage, bucket).await);
    }
    assert!(is_stored(&stage, &of_jane).await);
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, Failed::Refused);
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(5));
}
