//! T5: what takes a user's sessions away, at once here and within the lease elsewhere.

use dqops_users_domain::{Email, Permission, Role, Token};
use dqops_users_service::{Directory, ServiceError};
use dqops_users_storage::EpochLease;

use crate::{
    sign_ins::holds,
    stage::{Stage, on_both_stores},
    values::{OTHER_STRONG, assert_refused, password},
};

on_both_stores!(
    a_password_change_ends_the_users_other_sessions,
    a_password_change_by_a_key_ends_all_sessions,
    a_reset_by_an_admin_ends_all_sessions_of_that_user_alone,
    a_recovery_with_a_password_ends_all_sessions,
    a_deletion_ends_all_sessions_for_good,
    a_demotion_leaves_a_session_no_more_rights_than_the_role,
    at_another_replica_they_end_within_the_lease,
);

/// Jane with two sessions, which have been used.
async fn two_sessions(stage: &Stage) -> (Email, Token, Token) {
    let jane = stage.add_with_password("jane@example.com", Role::Admin).await;
    let (first, second) = (stage.sign_in(&jane).await.token, stage.sign_in(&jane).await.token);
    assert!(holds(&stage.directory, &first).await && holds(&stage.directory, &second).await);
    (jane, first, second)
}

async fn a_password_change_ends_the_users_other_sessions(stage: Stage) {
    let (jane, current, second) = two_sessions(&stage).await;
    let (_, key, _) = stage.caller_with_key(&jane).await;
    let directory = &stage.directory;
    let caller = directory.authenticate(current.expose()).await.unwrap();
    directory.change_caller_password(&caller, Some(password(OTHER_STRONG))).await.unwrap();
    assert!(holds(directory, &current).await, "the current one was ended");
    assert!(!holds(directory, &second).await);
    assert!(holds(directory, &key).await, "keys are no sessions");

    // By the other operation likewise.
    let third = stage.session_for(&jane).await.0;
    let again = Some(password("another sentence to be remembered"));
    directory.change_user_password(&caller, &jane, again).await.unwrap();
    assert!(holds(directory, &current).await && !holds(directory, &third).await);
}

async fn a_password_change_by_a_key_ends_all_sessions(stage: Stage) {
    let (jane, first, second) = two_sessions(&stage).await;
    let caller = stage.caller_for(&jane).await;
    let new = Some(password(OTHER_STRONG));
    stage.directory.change_caller_password(&caller, new).await.unwrap();
    assert!(!holds(&stage.directory, &first).await && !holds(&stage.directory, &second).await);
}

async fn a_reset_by_an_admin_ends_all_sessions_of_that_user_alone(stage: Stage) {
    let (jane, first, second) = two_sessions(&stage).await;
    let boss = stage.add_with_password("boss@example.com", Role::Admin).await;
    let (current, spare) = (stage.sign_in(&boss).await.token, stage.sign_in(&boss).await.token);
    let directory = &stage.directory;
    let caller = directory.authenticate(current.expose()).await.unwrap();
    directory.change_user_password(&caller, &jane, Some(password(OTHER_STRONG))).await.unwrap();
    assert!(!holds(directory, &first).await && !holds(directory, &second).await);
    assert!(holds(directory, &current).await && holds(directory, &spare).await);
}

async fn a_recovery_with_a_password_ends_all_sessions(stage: Stage) {
    let (jane, first, second) = two_sessions(&stage).await;
    let new = Some(password(OTHER_STRONG));
    stage.directory.recover_admin(&stage.operator(), &jane, new).await.unwrap();
    assert!(!holds(&stage.directory, &first).await && !holds(&stage.directory, &second).await);
}

async fn a_deletion_ends_all_sessions_for_good(stage: Stage) {
    stage.with_admin().await;
    let (jane, first, second) = two_sessions(&stage).await;
    let caller = stage.directory.authenticate(first.expose()).await.unwrap();
    stage.delete(&jane).await;
    assert!(!holds(&stage.directory, &first).await && !holds(&stage.directory, &second).await);
    // The next user of the email does not inherit them.
    stage.add_with_password("jane@example.com", Role::Admin).await;
    assert!(!holds(&stage.directory, &first).await && !holds(&stage.directory, &second).await);
    assert_refused!(
        stage.directory.end_sessions(&caller, &jane).await,
        ServiceError::InvalidCredential
    );
    assert!(stage.stored_sessions(&jane).await.is_empty());
}

async fn a_demotion_leaves_a_session_no_more_rights_than_the_role(stage: Stage) {
    stage.with_admin().await;
    let (jane, token, _) = two_sessions(&stage).await;
    let directory = &stage.directory;
    let admin = directory.authenticate(token.expose()).await.unwrap();
    stage.set_role(&jane, Role::Viewer).await;
    assert_refused!(
        directory.remove_licence(&admin).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    let viewer = directory.authenticate(token.expose()).await.unwrap();
    directory.get_user(&viewer, &jane).await.unwrap();
    stage.set_role(&jane, Role::None).await;
    let nobody = directory.authenticate(token.expose()).await.unwrap();
    for caller in [&viewer, &nobody] {
        let new = Some(password(OTHER_STRONG));
        assert_refused!(
            directory.change_caller_password(caller, new).await,
            ServiceError::PermissionDenied(Permission::View)
        );
    }
    assert_refused!(
        directory.get_user(&nobody, &jane).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.sessions(&nobody, Some(&jane)).await,
        ServiceError::PermissionDenied(Permission::View)
    );
}

async fn at_another_replica_they_end_within_the_lease(stage: Stage) {
    stage.with_admin().await;
    let other = stage.second().await;
    let gone = async |directory: &Directory, token: &Token| {
        tokio::time::sleep(EpochLease::LENGTH).await;
        assert!(!holds(directory, token).await);
    };
    let (jane, current, second) = two_sessions(&stage).await;
    for token in [&current, &second] {
        assert!(holds(&other, token).await);
    }
    let caller = stage.directory.authenticate(current.expose()).await.unwrap();
    let new = Some(password(OTHER_STRONG));
    stage.directory.change_caller_password(&caller, new).await.unwrap();
    gone(&other, &second).await;
    assert!(holds(&other, &current).await);

    stage.directory.sign_out(&caller).await.unwrap();
    gone(&other, &current).await;

    let third = stage.session_for(&jane).await.0;
    let there = other.authenticate(third.expose()).await.unwrap();
    stage.set_role(&jane, Role::None).await;
    // Changes are refused at once.
    assert_refused!(
        other.end_sessions(&there, &jane).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    tokio::time::sleep(EpochLease::LENGTH).await;
    assert_eq!(other.authenticate(third.expose()).await.unwrap().role(), Role::None);
    stage.delete(&jane).await;
    gone(&other, &third).await;
}
