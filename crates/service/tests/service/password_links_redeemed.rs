//! Setting a password by a link: once, whoever tries at the same time, and nothing else keeps it open.

use dqops_users_domain::{
    Role,
    audit::{Action, Actor},
};
use dqops_users_service::ServiceError;
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    interposed::Interposed,
    links::{HERE, is_open, link_for},
    sign_ins::{HOME, attempt, holds},
    stage::{Stage, on_both_stores, settings},
    values::{OTHER_STRONG, STRONG, assert_refused, password},
};

on_both_stores!(
    of_fifty_redemptions_at_once_one_wins,
    a_refused_password_uses_nothing_up,
    it_ends_all_sessions_and_is_audited_in_the_users_name,
    the_link_of_a_deleted_user_is_dead_also_when_the_user_comes_back,
    a_password_set_in_another_way_ends_the_link,
    a_link_that_is_revoked_while_the_password_is_hashed_sets_nothing,
    who_has_no_rights_can_set_a_password_and_not_sign_in,
);

const JANE: &str = "jane@example.com";

async fn of_fifty_redemptions_at_once_one_wins(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let link = link_for(&stage, &jane).await;
    let replicas = [stage.directory.clone(), stage.second().await];
    let new = |number: usize| format!("purple turtles like {number} quiet rivers");
    let attempts = (0..50).map(|number| {
        let (directory, token) = (replicas[number % 2].clone(), link.expose().to_owned());
        let new = password(&new(number));
        tokio::spawn(async move { directory.redeem_password_link(&token, Some(new), HERE).await })
    });
    let mut winners = Vec::new();
    for (number, answer) in join_all(attempts.collect::<Vec<_>>()).await.into_iter().enumerate() {
        match answer.unwrap() {
            Ok(user) => winners.push((number, user)),
            Err(ServiceError::PasswordLinkNotFound | ServiceError::Overloaded) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let [(winner, user)] = winners.as_slice() else { panic!("{winners:?}") };
    assert_eq!(*user, jane);
    stage.directory.sign_in(attempt(JANE, &new(*winner), HOME)).await.unwrap();
    let trail = stage.audit().await;
    let changed = trail.iter().filter(|entry| entry.action == Action::PasswordChanged);
    assert_eq!(changed.count(), 1);
    assert!(!is_open(&replicas[1], link.expose()).await);
}

async fn a_refused_password_uses_nothing_up(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let (link, directory) = (link_for(&stage, &jane).await, &stage.directory);
    let before = stage.audit().await;
    for refused in ["short", "password1234", "jane@example.com"] {
        assert_refused!(
            directory.redeem_password_link(link.expose(), Some(password(refused)), HERE).await,
            ServiceError::PasswordRejected(_)
        );
    }
    assert_refused!(
        directory.redeem_password_link(link.expose(), None, HERE).await,
        ServiceError::MissingField("password")
    );
    assert_eq!((stage.audit().await, stage.stored_hash(&jane).await), (before, None));
    directory.redeem_password_link(link.expose(), Some(password(STRONG)), HERE).await.unwrap();
    stage.sign_in(&jane).await;
    assert_refused!(
        directory.redeem_password_link(link.expose(), Some(password(OTHER_STRONG)), HERE).await,
        ServiceError::PasswordLinkNotFound
    );
    stage.sign_in(&jane).await;
}

async fn it_ends_all_sessions_and_is_audited_in_the_users_name(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let joe = stage.add_with_password("joe@example.com", Role::Viewer).await;
    let (first, second) = (stage.sign_in(&jane).await.token, stage.sign_in(&jane).await.token);
    let of_joe = stage.sign_in(&joe).await.token;
    let (_, key, _) = stage.caller_with_key(&jane).await;
    let link = link_for(&stage, &jane).await;
    let read = stage.audit().await.len();
    let new = Some(password(OTHER_STRONG));
    stage.directory.redeem_password_link(link.expose(), new, HERE).await.unwrap();
    assert!(!holds(&stage.directory, &first).await && !holds(&stage.directory, &second).await);
    assert!(holds(&stage.directory, &of_joe).await && holds(&stage.directory, &key).await);

    let entries = stage.audit().await.split_off(read);
    let expected = [Action::PasswordChanged, Action::SessionsEnded];
    assert_eq!(entries.iter().map(|entry| entry.action).collect::<Vec<_>>(), expected);
    for entry in &entries {
        assert_eq!((&entry.actor, entry.subject.as_str()), (&Actor::User(jane.clone()), JANE));
    }
    assert_eq!(entries[0].after, Some(json!({"by": "password link"})));
}

async fn the_link_of_a_deleted_user_is_dead_also_when_the_user_comes_back(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let link = link_for(&stage, &jane).await;
    stage.delete(&jane).await;
    assert!(!is_open(&stage.directory, link.expose()).await);
    stage.add(JANE, Role::Admin).await;
    assert!(!is_open(&stage.directory, link.expose()).await);
    assert_refused!(
        stage.directory.redeem_password_link(link.expose(), Some(password(STRONG)), HERE).await,
        ServiceError::PasswordLinkNotFound
    );
    assert_eq!(stage.stored_hash(&jane).await, None);
    assert_refused!(
        stage.directory.password_link(&stage.operator(), &jane).await,
        ServiceError::PasswordLinkNotFound
    );
}

async fn a_password_set_in_another_way_ends_the_link(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let (caller, directory) = (stage.caller_for(&jane).await, &stage.directory);
    let (strong, address) = (|| Some(password(STRONG)), HOME.parse().unwrap());

    let link = link_for(&stage, &jane).await;
    stage.sign_in(&jane).await;
    stage.set_role(&jane, Role::Editor).await;
    assert!(is_open(directory, link.expose()).await, "nothing of this sets a password");

    directory.change_user_password(&admin, &jane, strong()).await.unwrap();
    assert!(!is_open(directory, link.expose()).await);
    let link = link_for(&stage, &jane).await;
    directory.change_caller_password(&caller, strong()).await.unwrap();
    assert!(!is_open(directory, link.expose()).await);
    let link = link_for(&stage, &jane).await;
    directory.change_confirmed_password(&caller, address, strong(), strong()).await.unwrap();
    assert!(!is_open(directory, link.expose()).await);
    let link = link_for(&stage, &jane).await;
    directory.recover_admin(&stage.operator(), &jane, strong()).await.unwrap();
    assert!(!is_open(directory, link.expose()).await);
}

async fn a_link_that_is_revoked_while_the_password_is_hashed_sets_nothing(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let link = link_for(&stage, &jane).await;
    let storage = Interposed::over(&stage.storage);
    let directory = stage.directory_over(storage.clone(), settings());
    let (other, operator, name) = (stage.directory.clone(), stage.operator(), jane.clone());
    storage.before_the_next_change(async move {
        other.revoke_password_link(&operator, &name).await.unwrap();
    });
    assert_refused!(
        directory.redeem_password_link(link.expose(), Some(password(STRONG)), HERE).await,
        ServiceError::PasswordLinkNotFound
    );
    assert_eq!(stage.stored_hash(&jane).await, None);
}

async fn who_has_no_rights_can_set_a_password_and_not_sign_in(stage: Stage) {
    let jane = stage.add(JANE, Role::None).await;
    let link = link_for(&stage, &jane).await;
    stage
        .directory
        .redeem_password_link(link.expose(), Some(password(STRONG)), HERE)
        .await
        .unwrap();
    assert_refused!(
        stage.directory.sign_in(attempt(JANE, STRONG, HOME)).await,
        ServiceError::SignInRefused
    );
}
