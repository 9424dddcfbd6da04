//! The first admin: by a one-time code, or by name at the start.

use std::collections::HashSet;

use dqops_users_domain::{
    Role, TokenDigest,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{Directory, PasswordRejection, ServiceError};

use crate::{
    clock::days,
    stage::{ADMIN, Stage, on_both_stores},
    values::{OTHER_STRONG, STRONG, assert_refused, email, input, password},
};

on_both_stores!(
    a_set_up_code_makes_the_first_admin_and_answers_with_a_key,
    after_the_set_up_every_code_is_dead,
    the_code_of_another_replica_works_as_well,
    of_fifty_attempts_at_once_exactly_one_wins,
    of_fifty_attempts_over_two_replicas_exactly_one_wins,
    users_without_an_admin_get_one_by_a_new_code,
    an_owner_is_named_once,
    who_sets_up_with_a_password_signs_in_with_it_and_gets_no_key,
);

async fn code(stage: &Stage) -> String {
    stage.directory.open_setup_code().await.unwrap().unwrap().expose().to_owned()
}

async fn a_set_up_code_makes_the_first_admin_and_answers_with_a_key(stage: Stage) {
    let code = code(&stage).await;
    assert!(code.starts_with("dqu_setup_"));
    let strong = Some(password(STRONG));
    let admin = stage.directory.set_up(&format!(" {code}\n"), email(ADMIN), strong).await.unwrap();
    assert_eq!(admin.email, email(ADMIN));
    let caller = stage.directory.authenticate(admin.api_key.expose()).await.unwrap();
    assert_eq!((&caller.user().unwrap().email, caller.role()), (&admin.email, Role::Admin));
    stage.directory.verify_password(ADMIN, password(STRONG)).await.unwrap();
    stage.clock.advance(days(90));
    assert_refused!(
        stage.directory.authenticate(admin.api_key.expose()).await,
        ServiceError::InvalidCredential
    );
}

async fn who_sets_up_with_a_password_signs_in_with_it_and_gets_no_key(stage: Stage) {
    let (directory, name, code) = (&stage.directory, email(ADMIN), code(&stage).await);
    stage.add("jane@example.com", Role::Editor).await;
    assert!(directory.needs_set_up().await.unwrap());
    assert_refused!(
        directory.set_up_with_password("dqu_setup_wrong", &name, password(STRONG)).await,
        ServiceError::WrongSetupCode
    );
    assert_refused!(
        directory.set_up_with_password(&code, &name, password("short")).await,
        ServiceError::PasswordRejected(_)
    );
    directory.set_up_with_password(&code, &name, password(STRONG)).await.unwrap();
    assert!(!directory.needs_set_up().await.unwrap());
    stage.sign_in(&name).await;
    assert!(directory.api_keys(&stage.operator(), None).await.unwrap().is_empty());
    assert_refused!(
        directory.set_up_with_password(&code, &name, password(OTHER_STRONG)).await,
        ServiceError::AlreadySetUp
    );
    stage.sign_in(&name).await;
}

async fn after_the_set_up_every_code_is_dead(stage: Stage) {
    let (used, unused) = (code(&stage).await, code(&stage).await);
    stage.directory.set_up(&used, email(ADMIN), None).await.unwrap();
    for code in [used.as_str(), &unused, "dqu_setup_wrong", ""] {
        for name in [ADMIN, "joe@example.com"] {
            assert_refused!(
                stage.directory.set_up(code, email(name), None).await,
                ServiceError::AlreadySetUp
            );
        }
    }
    assert!(stage.directory.open_setup_code().await.unwrap().is_none());
    assert_eq!(stage.count_users().await, 1);
    let mut reader = stage.storage.read().await.unwrap();
    for code in [used, unused] {
        assert!(!reader.is_setup_code(&TokenDigest::of(&code)).await.unwrap(), "still stored");
    }
}

async fn the_code_of_another_replica_works_as_well(stage: Stage) {
    let other = stage.second().await;
    let (own, of_other) = (code(&stage).await, other.open_setup_code().await.unwrap().unwrap());
    stage.directory.set_up(of_other.expose(), email(ADMIN), None).await.unwrap();
    assert_refused!(
        other.set_up(&own, email("joe@example.com"), None).await,
        ServiceError::AlreadySetUp
    );
}

async fn of_fifty_attempts_at_once_exactly_one_wins(stage: Stage) {
    race(&stage, [&stage.directory, &stage.directory]).await;
}

async fn of_fifty_attempts_over_two_replicas_exactly_one_wins(stage: Stage) {
    let other = stage.second().await;
    race(&stage, [&stage.directory, &other]).await;
}

async fn race(stage: &Stage, replicas: [&Directory; 2]) {
    let codes = [code(stage).await, code(stage).await];
    let attempts: Vec<_> = (0..50)
        .map(|number| {
            let (directory, code) = (replicas[number % 2].clone(), codes[number / 2 % 2].clone());
            let name = email(&format!("admin{number}@example.com"));
            tokio::spawn(async move { directory.set_up(&code, name, None).await })
        })
        .collect();
    let mut winners = Vec::new();
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(admin) => winners.push(admin),
            Err(ServiceError::AlreadySetUp) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!((stage.count_users().await, stage.count_admins().await), (1, 1));
    let caller = stage.directory.authenticate(winners[0].api_key.expose()).await.unwrap();
    assert_eq!(caller.user().unwrap().email, winners[0].email);
}

async fn users_without_an_admin_get_one_by_a_new_code(stage: Stage) {
    let nameless = stage.directory.owner().await.unwrap();
    let jane = email("jane@example.com");
    stage.directory.create_user(&nameless, input(&jane, Role::Viewer)).await.unwrap();
    let code = code(&stage).await;
    stage.directory.set_up(&code, jane.clone(), None).await.unwrap();
    assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Admin);
    assert_eq!(stage.count_users().await, 1);
    assert!(stage.directory.open_setup_code().await.unwrap().is_none());
}

async fn an_owner_is_named_once(stage: Stage) {
    let code = code(&stage).await;
    let (jane, joe) = (email("jane@example.com"), email("joe@example.com"));
    assert!(stage.directory.name_owner(&jane, Some(password(STRONG))).await.unwrap());
    // The next start, with the same setting or another: nothing happens, the password stays.
    for name in [&jane, &joe] {
        let other = Some(password(OTHER_STRONG));
        assert!(!stage.directory.name_owner(name, other).await.unwrap());
    }
    stage.directory.verify_password(jane.as_str(), password(STRONG)).await.unwrap();
    assert_eq!((stage.count_users().await, stage.count_admins().await), (1, 1));
    assert_refused!(stage.directory.set_up(&code, joe, None).await, ServiceError::AlreadySetUp);
}

#[tokio::test]
async fn a_wrong_code_is_refused_before_anything_else_is_looked_at() {
    let stage = Stage::sqlite().await;
    let right = code(&stage).await;
    let cut = &right[..right.len() - 1];
    for wrong in ["", "dqu_setup_", cut, &right.to_uppercase(), &format!("{right}0")] {
        assert_refused!(
            stage.directory.set_up(wrong, email(ADMIN), Some(password("short"))).await,
            ServiceError::WrongSetupCode
        );
    }
    assert_refused!(
        stage.directory.set_up(&right, email(ADMIN), Some(password("short"))).await,
        ServiceError::PasswordRejected(PasswordRejection::TooShort { min: 12 })
    );
    assert_eq!(stage.count_users().await, 0);
    stage.directory.set_up(&right, email(ADMIN), None).await.unwrap();
}

#[tokio::test]
async fn a_set_up_code_is_no_credential_and_a_key_is_no_code() {
    let stage = Stage::sqlite().await;
    let code = code(&stage).await;
    assert_refused!(stage.directory.authenticate(&code).await, ServiceError::InvalidCredential);
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let key = stage.key_for(&jane).await;
    assert_refused!(
        stage.directory.set_up(key.token.expose(), email(ADMIN), None).await,
        ServiceError::WrongSetupCode
    );
}

#[tokio::test]
async fn set_up_codes_are_distinct() {
    let stage = Stage::sqlite().await;
    let mut codes = HashSet::new();
    for _ in 0..20 {
        codes.insert(code(&stage).await);
    }
    assert_eq!(codes.len(), 20);
}

#[tokio::test]
async fn the_set_up_adds_no_user_beyond_the_seats() {
    let stage = Stage::sqlite().await;
    stage.add("jane@example.com", Role::Viewer).await;
    stage.install(LicenceType::Free, 1).await;
    let code = code(&stage).await;
    assert_refused!(
        stage.directory.set_up(&code, email(ADMIN), None).await,
        ServiceError::Licence(LicenceRefusal::Required { .. })
    );
    // The one user there is can become the admin, whatever the licence.
    stage.directory.set_up(&code, email("jane@example.com"), None).await.unwrap();
}
