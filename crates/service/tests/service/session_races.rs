//! T5: a sign-in that is overtaken begins no session, and no token outlives what ends it.

use std::sync::Arc;

use dqops_users_domain::{Email, Role, audit::Action};
use dqops_users_service::{Directory, ServiceError};
use futures_util::future::join_all;

use crate::{
    interposed::Interposed,
    raw,
    sign_ins::{HOME, attempt, holds},
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused, input, password},
};

on_both_stores!(
    a_sign_in_that_a_password_change_overtakes_begins_no_session,
    a_sign_in_that_a_deletion_overtakes_begins_no_session,
    a_sign_in_that_a_demotion_overtakes_begins_no_session,
    a_sign_in_whose_weak_hash_is_replaced_beside_it_succeeds,
    of_sign_ins_beside_a_password_change_none_with_the_old_one_is_left,
);

/// A hash of [`STRONG`] of lower costs than today's.
const WEAK: &str = "$argon2id$v=19$m=8192,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$sTUUVQgpIXAXO97WczUlPcBAXP8+Yd2l/yBPyAPDNig";

/// Signs Jane in at a directory where `event` happens after the password was looked at.
async fn overtaken<E>(stage: &Stage, event: E) -> Result<(), ServiceError>
where
    E: Future<Output = ()> + Send + 'static,
{
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let after_the_place_was_taken = Arc::clone(&interposed);
    interposed.before_the_next_change(async move {
        after_the_place_was_taken.before_the_next_change(event);
    });
    slow.sign_in(attempt("jane@example.com", STRONG, HOME)).await.map(drop)
}

async fn jane(stage: &Stage) -> (Directory, Email) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    (stage.directory.clone(), jane)
}

/// No session was begun, and the attempt is kept as one that failed.
async fn assert_none(stage: &Stage, user: &Email) {
    assert!(stage.stored_sessions(user).await.is_empty());
    let actions: Vec<_> = stage.audit().await.iter().map(|entry| entry.action).collect();
    assert!(!actions.contains(&Action::SignedIn));
    assert_eq!(actions.last(), Some(&Action::SignInFailed));
}

async fn a_sign_in_that_a_password_change_overtakes_begins_no_session(stage: Stage) {
    let (directory, name) = jane(&stage).await;
    let (operator, user) = (stage.operator(), name.clone());
    let answer = overtaken(&stage, async move {
        let new = Some(password(OTHER_STRONG));
        directory.change_user_password(&operator, &user, new).await.unwrap();
    });
    assert_refused!(answer.await, ServiceError::SignInRefused);
    assert_none(&stage, &name).await;
}

async fn a_sign_in_that_a_deletion_overtakes_begins_no_session(stage: Stage) {
    let (directory, name) = jane(&stage).await;
    let (operator, user) = (stage.operator(), name.clone());
    let answer = overtaken(&stage, async move {
        directory.delete_user(&operator, &user, None).await.unwrap();
    });
    assert_refused!(answer.await, ServiceError::SignInRefused);
    assert_none(&stage, &name).await;

    // Nor for the next user of the email, were it even with the same password.
    let (directory, name) = jane(&stage).await;
    let (operator, user) = (stage.operator(), name.clone());
    let next = input(&name, Role::Admin);
    let answer = overtaken(&stage, async move {
        directory.delete_user(&operator, &user, None).await.unwrap();
        directory.create_user(&operator, next).await.unwrap();
    });
    assert_refused!(answer.await, ServiceError::SignInRefused);
    assert_none(&stage, &name).await;
}

async fn a_sign_in_that_a_demotion_overtakes_begins_no_session(stage: Stage) {
    let (directory, name) = jane(&stage).await;
    let (operator, user) = (stage.operator(), name.clone());
    let answer = overtaken(&stage, async move {
        let lower = input(&user, Role::None);
        directory.update_user(&operator, &user, lower, None).await.unwrap();
    });
    assert_refused!(answer.await, ServiceError::SignInRefused);
    assert_none(&stage, &name).await;
}

async fn a_sign_in_whose_weak_hash_is_replaced_beside_it_succeeds(stage: Stage) {
    let name = stage.add("jane@example.com", Role::Viewer).await;
    raw::store_hash(&*stage.storage, &name, WEAK).await;
    let directory = stage.directory.clone();
    let answer = overtaken(&stage, async move {
        directory.sign_in(attempt("jane@example.com", STRONG, HOME)).await.unwrap();
    });
    answer.await.unwrap();
    assert_eq!(stage.stored_sessions(&name).await.len(), 2);
}

/// Whoever knew the old password is out when the change is acknowledged.
async fn of_sign_ins_beside_a_password_change_none_with_the_old_one_is_left(stage: Stage) {
    let (_, name) = jane(&stage).await;
    let replicas = [stage.directory.clone(), stage.second().await];
    for round in 0..5 {
        stage.set_password(&name, STRONG).await;
        let sign_ins: Vec<_> = (0..8)
            .map(|number| {
                let directory = replicas[number % 2].clone();
                let address = format!("192.0.2.{}", 10 * round + number);
                tokio::spawn(async move {
                    directory.sign_in(attempt("jane@example.com", STRONG, &address)).await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        stage.set_password(&name, OTHER_STRONG).await;
        assert!(stage.stored_sessions(&name).await.is_empty(), "a session in round {round}");
        for answer in join_all(sign_ins).await {
            match answer.unwrap() {
                Ok(begun) => assert!(!holds(&stage.directory, &begun.token).await),
                Err(ServiceError::SignInRefused) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(stage.stored_sessions(&name).await.is_empty(), "one after round {round}");
    }
}
