//! Looking at sessions and ending them: one's own, and as an admin anyone's.

use dqops_users_domain::{Permission, Role};
use dqops_users_service::{OwnedSession, ServiceError};
use jiff::SignedDuration;

use crate::{
    sign_ins::holds,
    stage::{Stage, on_both_stores},
    values::{assert_refused, email},
};

on_both_stores!(
    sessions_are_listed_by_user_and_age,
    one_session_is_ended_and_the_others_stay,
    all_sessions_of_a_user_are_ended_at_once,
    signing_out_ends_the_session_by_which_it_is_asked,
);

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn names(sessions: &[OwnedSession]) -> Vec<&str> {
    sessions.iter().map(|owned| owned.user.as_str()).collect()
}

async fn sessions_are_listed_by_user_and_age(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let ann = stage.add_with_password("ann@example.com", Role::Editor).await;
    let first = stage.sign_in(&jane).await;
    stage.clock.advance(SECOND);
    let of_ann = stage.sign_in(&ann).await;
    stage.clock.advance(SECOND);
    let second = stage.sign_in(&jane).await;
    let caller = stage.directory.authenticate(first.token.expose()).await.unwrap();

    let own = stage.directory.sessions(&caller, Some(&jane)).await.unwrap();
    let expected =
        [first.session, second.session].map(|session| OwnedSession { session, user: jane.clone() });
    assert_eq!(own, expected);
    for other in [Some(&ann), None] {
        assert_refused!(
            stage.directory.sessions(&caller, other).await,
            ServiceError::PermissionDenied(Permission::ManageAccount)
        );
    }
    let all = stage.directory.sessions(&admin, None).await.unwrap();
    assert_eq!(names(&all), ["ann@example.com", "jane@example.com", "jane@example.com"]);
    assert_eq!(all[0].session, of_ann.session);
    let of_ann = stage.directory.sessions(&admin, Some(&ann)).await.unwrap();
    assert_eq!(names(&of_ann), ["ann@example.com"]);
    let nobody = email("nobody@example.com");
    assert_refused!(
        stage.directory.sessions(&admin, Some(&nobody)).await,
        ServiceError::UserNotFound(name) if name == nobody
    );
}

async fn one_session_is_ended_and_the_others_stay(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add_with_password("jane@example.com", Role::Editor).await;
    let joe = stage.add_with_password("joe@example.com", Role::Viewer).await;
    let begun = [&jane, &jane, &jane, &joe].map(|user| stage.sign_in(user));
    let [first, second, third, of_joe] = begun;
    let (first, second) = (first.await, second.await);
    let (third, of_joe) = (third.await, of_joe.await);
    let directory = &stage.directory;
    let caller = directory.authenticate(first.token.expose()).await.unwrap();

    directory.end_session(&caller, second.session.id).await.unwrap();
    assert!(!holds(directory, &second.token).await);
    for id in [second.session.id, of_joe.session.id] {
        // One that is gone and one of somebody else look the same.
        assert_refused!(directory.end_session(&caller, id).await, ServiceError::SessionNotFound);
    }
    for token in [&first.token, &third.token, &of_joe.token] {
        assert!(holds(directory, token).await);
    }
    directory.end_session(&admin, of_joe.session.id).await.unwrap();
    assert!(!holds(directory, &of_joe.token).await);
    // Also the one by which it is asked.
    directory.end_session(&caller, first.session.id).await.unwrap();
    assert_refused!(
        directory.end_session(&caller, third.session.id).await,
        ServiceError::InvalidCredential
    );
    assert_eq!(stage.listed("jane@example.com").await, [third.session.id]);
}

async fn all_sessions_of_a_user_are_ended_at_once(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let joe = stage.add("joe@example.com", Role::Viewer).await;
    let (of_joe, _) = stage.session_for(&joe).await;
    let (_, key, _) = stage.caller_with_key(&jane).await;
    let (first, second) = (stage.sign_in(&jane).await.token, stage.sign_in(&jane).await.token);
    let directory = &stage.directory;
    let caller = directory.authenticate(first.expose()).await.unwrap();
    assert_refused!(
        directory.end_sessions(&caller, &joe).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    assert_eq!(directory.end_sessions(&caller, &jane).await.unwrap(), 2);
    assert!(!holds(directory, &first).await && !holds(directory, &second).await);
    assert!(holds(directory, &of_joe).await && holds(directory, &key).await);

    assert_eq!(directory.end_sessions(&admin, &joe).await.unwrap(), 1);
    assert_eq!(directory.end_sessions(&admin, &joe).await.unwrap(), 0);
    let nobody = email("nobody@example.com");
    assert_refused!(
        directory.end_sessions(&admin, &nobody).await,
        ServiceError::UserNotFound(name) if name == nobody
    );
}

async fn signing_out_ends_the_session_by_which_it_is_asked(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let (by_key, key, _) = stage.caller_with_key(&jane).await;
    let (first, second) = (stage.sign_in(&jane).await.token, stage.sign_in(&jane).await.token);
    let directory = &stage.directory;
    let caller = directory.authenticate(first.expose()).await.unwrap();
    directory.sign_out(&caller).await.unwrap();
    assert!(!holds(directory, &first).await);
    assert!(holds(directory, &second).await && holds(directory, &key).await);
    assert_refused!(directory.sign_out(&caller).await, ServiceError::InvalidCredential);
    assert_refused!(directory.sign_out(&by_key).await, ServiceError::SessionNotFound);
    assert!(holds(directory, &key).await);

    // Also without any right: it only takes something away.
    let caller = directory.authenticate(second.expose()).await.unwrap();
    stage.set_role(&jane, Role::None).await;
    directory.sign_out(&caller).await.unwrap();
    assert!(stage.stored_sessions(&jane).await.is_empty());
}
