//! Passwords: what is taken, how it is kept, and that every failure looks the same.

use std::{collections::HashSet, num::NonZeroUsize};

use dqops_users_domain::Role;
use dqops_users_service::{
    HashingSettings, PasswordPolicy, PasswordRejection, ServiceError, Settings,
};
use futures_util::future::join_all;

use crate::{
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused, email, password},
};

on_both_stores!(
    the_password_that_was_set_opens_and_no_other_does,
    every_failed_sign_in_has_the_same_answer,
    a_password_ends_with_its_change_and_with_its_user,
);

async fn set(stage: &Stage, name: &str, text: &str) -> Result<(), ServiceError> {
    let caller = stage.operator();
    stage.directory.change_user_password(&caller, &email(name), Some(password(text))).await
}

async fn the_password_that_was_set_opens_and_no_other_does(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let base: String = "0123456789abcdefghijKLMNOPQRSTUVWXYZ-_!".chars().cycle().take(99).collect();
    let set_to = format!("{base}e");
    set(&stage, "jane@example.com", &set_to).await.unwrap();
    let user = stage.directory.verify_password(" JANE@example.com", password(&set_to)).await;
    assert_eq!(user.unwrap().email, jane);
    for other in
        [format!("{base}f"), format!("{base}E"), format!("{base}e\0"), format!(" {set_to}"), base]
    {
        assert_refused!(
            stage.directory.verify_password(jane.as_str(), password(&other)).await,
            ServiceError::SignInRefused
        );
    }
}

async fn every_failed_sign_in_has_the_same_answer(stage: Stage) {
    for (name, role) in [("jane", Role::Admin), ("fresh", Role::Viewer), ("former", Role::None)] {
        stage.add(&format!("{name}@example.com"), role).await;
    }
    set(&stage, "jane@example.com", STRONG).await.unwrap();
    set(&stage, "former@example.com", STRONG).await.unwrap();
    for (name, text) in [
        ("nobody@example.com", STRONG),
        ("not an email", STRONG),
        ("", STRONG),
        ("jane@example.com", OTHER_STRONG),
        ("jane@example.com", "x"),
        ("fresh@example.com", STRONG),
        ("former@example.com", STRONG),
    ] {
        assert_refused!(
            stage.directory.verify_password(name, password(text)).await,
            ServiceError::SignInRefused
        );
    }
    stage.directory.verify_password("jane@example.com", password(STRONG)).await.unwrap();
}

async fn a_password_ends_with_its_change_and_with_its_user(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    set(&stage, "jane@example.com", STRONG).await.unwrap();
    set(&stage, "jane@example.com", OTHER_STRONG).await.unwrap();
    let verify = async |text| {
        stage.directory.verify_password("jane@example.com", password(text)).await.map(drop)
    };
    assert_refused!(verify(STRONG).await, ServiceError::SignInRefused);
    verify(OTHER_STRONG).await.unwrap();
    stage.delete(&jane).await;
    assert_refused!(verify(OTHER_STRONG).await, ServiceError::SignInRefused);
    stage.add("jane@example.com", Role::Viewer).await;
    assert_refused!(verify(OTHER_STRONG).await, ServiceError::SignInRefused);
}

#[tokio::test]
async fn a_password_against_the_policy_is_refused_with_the_reason() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane.doe@example.com", Role::Viewer).await;
    let too_long = "zażółć gęślą jaźń ".repeat(20);
    for (text, reason) in [
        ("kj3h4kj5h6k", PasswordRejection::TooShort { min: 12 }),
        (too_long.as_str(), PasswordRejection::TooLong),
        ("Jane.Doe2026!", PasswordRejection::LikeEmail),
        ("DQOps2026!!!", PasswordRejection::LikeProduct),
        ("qwerty123456", PasswordRejection::Guessable),
    ] {
        assert_refused!(
            set(&stage, jane.as_str(), text).await,
            ServiceError::PasswordRejected(rejected) if rejected == reason
        );
    }
    assert_eq!(stage.stored_hash(&jane).await, None);
    let own = stage.caller_for(&jane).await;
    assert_refused!(
        stage.directory.change_caller_password(&own, Some(password("short"))).await,
        ServiceError::PasswordRejected(PasswordRejection::TooShort { min: 12 })
    );
}

#[tokio::test]
async fn the_least_length_is_a_setting() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let password_policy = PasswordPolicy::with_min_length(16).unwrap();
    let strict = Settings { password_policy, ..settings() };
    let strict = stage.directory_over(stage.storage.clone(), strict);
    let fifteen = Some(password("xk4#mQz8vw2!pL7"));
    assert_refused!(
        strict.change_user_password(&stage.operator(), &jane, fifteen.clone()).await,
        ServiceError::PasswordRejected(PasswordRejection::TooShort { min: 16 })
    );
    stage.directory.change_user_password(&stage.operator(), &jane, fifteen).await.unwrap();
}

#[tokio::test]
async fn a_missing_password_and_an_unknown_user_are_named_as_such() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    assert_refused!(
        stage.directory.change_user_password(&admin, &jane, None).await,
        ServiceError::MissingField("password")
    );
    assert_refused!(
        stage.directory.change_caller_password(&admin, None).await,
        ServiceError::MissingField("password")
    );
    let nobody = email("nobody@example.com");
    assert_refused!(
        stage.directory.change_user_password(&admin, &nobody, Some(password(STRONG))).await,
        ServiceError::UserNotFound(name) if name == nobody
    );
}

/// P1 in small.
#[tokio::test]
async fn the_same_password_of_two_users_is_stored_under_two_salts() {
    let stage = Stage::sqlite().await;
    let mut hashes = HashSet::new();
    let mut salts = HashSet::new();
    for number in 0..4 {
        let user = stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
        set(&stage, user.as_str(), STRONG).await.unwrap();
        let stored = stage.stored_hash(&user).await.unwrap();
        let parts: Vec<_> = stored.expose().split('$').collect();
        assert_eq!(parts[..4], ["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!((parts[4].len(), parts[5].len(), parts.len()), (22, 43, 6));
        salts.insert(parts[4].to_owned());
        hashes.insert(parts[5].to_owned());
    }
    assert_eq!((salts.len(), hashes.len()), (4, 4));
}

#[tokio::test]
async fn more_sign_ins_than_may_wait_are_refused_at_once() {
    let stage = Stage::sqlite().await;
    let hashing = HashingSettings { threads: NonZeroUsize::MIN, queue_length: 2 };
    let small = stage.directory_over(stage.storage.clone(), Settings { hashing, ..settings() });
    let attempt = || small.verify_password("nobody@example.com", password(STRONG));
    let (mut refused, mut evaluated) = (0, 0);
    for answer in join_all((0..30).map(|_| attempt())).await {
        match answer {
            Err(ServiceError::Overloaded) => refused += 1,
            Err(ServiceError::SignInRefused) => evaluated += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(evaluated >= 2 && refused >= 20, "{evaluated} evaluated, {refused} refused");
}
