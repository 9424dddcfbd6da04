//! T1: how often somebody may try to sign in, and when again.

use std::num::NonZeroUsize;

use dqops_users_domain::{Email, Role, audit::Action, licence::LicenceType};
use dqops_users_service::{HashingSettings, ServiceError, Settings};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::{
    sign_ins::{Failed, HOME, attempt, fail, wait},
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused},
};

on_both_stores!(
    of_two_hundred_wrong_passwords_at_once_at_two_replicas_ten_are_looked_at,
    the_counter_outlives_the_process,
    whoever_waits_as_long_as_told_is_let_in_and_not_earlier,
    an_attempt_that_must_wait_does_not_make_the_wait_longer,
    a_success_gives_its_place_back_and_no_other,
    an_attempt_that_was_not_looked_at_does_not_count,
    an_address_may_try_a_hundred_times_whoever_it_tries_to_be,
    the_addresses_of_a_customer_are_one,
);

const JANE: &str = "jane@example.com";

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// The failed attempts of which the trail knows.
async fn looked_at(stage: &Stage) -> usize {
    let trail = stage.audit().await;
    trail.iter().filter(|entry| entry.action == Action::SignInFailed).count()
}

async fn fail_as_jane(stage: &Stage, address: &str) -> Failed {
    fail(&stage.directory, JANE, OTHER_STRONG, address).await
}

async fn of_two_hundred_wrong_passwords_at_once_at_two_replicas_ten_are_looked_at(stage: Stage) {
    stage.add_with_password(JANE, Role::Viewer).await;
    let replicas = [stage.directory.clone(), stage.second().await];
    let attempts = (0..200).map(|number| {
        let directory = replicas[number % 2].clone();
        tokio::spawn(async move { directory.sign_in(attempt(JANE, OTHER_STRONG, HOME)).await })
    });
    let (mut refused, mut not_looked_at) = (0, 0);
    for answer in join_all(attempts.collect::<Vec<_>>()).await {
        match answer.unwrap() {
            Err(ServiceError::SignInRefused) => refused += 1,
            // A machine that is busy: the place was given back.
            Err(ServiceError::Overloaded) => not_looked_at += 1,
            Err(ServiceError::TooManyAttempts { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(refused <= 10 && refused + not_looked_at >= 10, "{refused}, {not_looked_at}");
    assert_eq!(looked_at(&stage).await, refused);
}

async fn the_counter_outlives_the_process(stage: Stage) {
    stage.add_broken(JANE).await;
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    let next = stage.second().await;
    assert_eq!(fail(&next, JANE, STRONG, HOME).await, wait(6));
    assert_eq!(fail(&next, " Jane@EXAMPLE.com", STRONG, HOME).await, wait(6));
    assert_eq!(looked_at(&stage).await, 10);
}

async fn whoever_waits_as_long_as_told_is_let_in_and_not_earlier(stage: Stage) {
    stage.add_broken(JANE).await;
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    for _ in 0..3 {
        assert_eq!(fail_as_jane(&stage, HOME).await, wait(6));
        stage.clock.advance(SignedDuration::from_secs(6) - MICROSECOND);
        assert_eq!(fail_as_jane(&stage, HOME).await, wait(1));
        stage.clock.advance(MICROSECOND);
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    stage.clock.advance(SignedDuration::from_mins(1));
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    assert_eq!(fail_as_jane(&stage, HOME).await, wait(6));
    // A long rest saves nothing up.
    stage.clock.advance(SignedDuration::from_hours(1000));
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    assert_eq!(fail_as_jane(&stage, HOME).await, wait(6));
}

async fn an_attempt_that_must_wait_does_not_make_the_wait_longer(stage: Stage) {
    stage.add_with_password(JANE, Role::Viewer).await;
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    for _ in 0..200 {
        assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));
    }
    stage.clock.advance(SignedDuration::from_secs(6));
    stage.directory.sign_in(attempt(JANE, STRONG, HOME)).await.unwrap();
    assert_eq!(looked_at(&stage).await, 10);
}

async fn a_success_gives_its_place_back_and_no_other(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    for _ in 0..9 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    for _ in 0..11 {
        stage.sign_in(&jane).await;
    }
    assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    assert_eq!(fail_as_jane(&stage, HOME).await, wait(6));
    // The right password must wait as well, else it would be told from a wrong one.
    assert_refused!(
        stage.directory.sign_in(attempt(JANE, STRONG, HOME)).await,
        ServiceError::TooManyAttempts { .. }
    );
}

async fn an_attempt_that_was_not_looked_at_does_not_count(stage: Stage) {
    stage.add_broken(JANE).await;
    let hashing = HashingSettings { threads: NonZeroUsize::MIN, queue_length: 0 };
    let busy = stage.directory_over(stage.storage.clone(), Settings { hashing, ..settings() });
    for _ in 0..30 {
        assert_refused!(
            busy.sign_in(attempt(JANE, OTHER_STRONG, HOME)).await,
            ServiceError::Overloaded
        );
    }
    assert_eq!(looked_at(&stage).await, 0);
    for _ in 0..10 {
        assert_eq!(fail_as_jane(&stage, HOME).await, Failed::Refused);
    }
    assert_eq!(fail_as_jane(&stage, HOME).await, wait(6));
}

async fn an_address_may_try_a_hundred_times_whoever_it_tries_to_be(stage: Stage) {
    stage.install(LicenceType::Team, 100).await;
    let mut users: Vec<Email> = Vec::new();
    for number in 0..11 {
        users.push(stage.add_broken(&format!("user{number}@example.com")).await);
    }
    let (last, first) = users.split_last().unwrap();
    for user in first {
        for _ in 0..10 {
            let answer = fail(&stage.directory, user.as_str(), STRONG, HOME).await;
            assert_eq!(answer, Failed::Refused);
        }
    }
    assert_eq!(fail(&stage.directory, last.as_str(), STRONG, HOME).await, wait(1));
    let elsewhere = fail(&stage.directory, last.as_str(), STRONG, "192.0.2.2").await;
    assert_eq!(elsewhere, Failed::Refused);
    stage.clock.advance(SignedDuration::from_millis(600) - MICROSECOND);
    assert_eq!(fail(&stage.directory, last.as_str(), STRONG, HOME).await, wait(1));
    stage.clock.advance(MICROSECOND);
    assert_eq!(fail(&stage.directory, last.as_str(), STRONG, HOME).await, Failed::Refused);
}

async fn the_addresses_of_a_customer_are_one(stage: Stage) {
    stage.add_broken(JANE).await;
    for number in 0..10 {
        let address = format!("2001:db8:0:1:{number:x}::{number:x}");
        assert_eq!(fail_as_jane(&stage, &address).await, Failed::Refused);
    }
    assert_eq!(fail_as_jane(&stage, "2001:db8:0:1:ffff:ffff:ffff:ffff").await, wait(6));
    assert_eq!(fail_as_jane(&stage, "2001:db8:0:2::1").await, Failed::Refused);

    for number in 0..10 {
        let address = if number % 2 == 0 { "192.0.2.7" } else { "::ffff:192.0.2.7" };
        assert_eq!(fail_as_jane(&stage, address).await, Failed::Refused);
    }
    assert_eq!(fail_as_jane(&stage, "::ffff:192.0.2.7").await, wait(6));
    assert_eq!(fail_as_jane(&stage, "192.0.2.8").await, Failed::Refused);
}
