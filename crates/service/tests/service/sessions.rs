//! What a session is: the rights of its user, for as long as it is used and not too old.

use dqops_users_domain::{Permission, Role, Token};
use dqops_users_service::{Clock as _, Directory, ServiceError, SessionLimits, Settings, SignIn};
use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::hours,
    sign_ins::{BROWSER, HOME, attempt, holds},
    stage::{Stage, on_both_stores, settings},
    values::{STRONG, assert_refused, email, input},
};

on_both_stores!(
    a_sign_in_begins_a_session_that_acts_with_the_role_of_now,
    a_session_that_lies_idle_ends,
    a_session_ends_however_busy_it_is,
    its_use_prolongs_it_also_at_another_replica,
    its_use_is_noted_once_a_minute,
    sessions_that_have_ended_are_cleared_away,
    of_a_hundred_and_one_sessions_the_oldest_ends,
    a_sign_in_ends_nothing_else,
);

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// The noted use of the only session of Jane.
async fn last_used(stage: &Stage) -> Timestamp {
    let sessions = stage.stored_sessions(&email("jane@example.com")).await;
    assert_eq!(sessions.len(), 1);
    sessions[0].last_used_at
}

/// Uses a session, and waits until that is noted beside the request.
async fn use_noted(stage: &Stage, directory: &Directory, token: &Token) {
    assert!(holds(directory, token).await);
    while last_used(stage).await != stage.clock.now() {
        tokio::task::yield_now().await;
    }
}

async fn a_sign_in_begins_a_session_that_acts_with_the_role_of_now(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let begun = stage.directory.sign_in(attempt(" JANE@Example.com ", STRONG, HOME)).await.unwrap();
    assert!(begun.token.expose().starts_with("dqu_session_"));
    assert_eq!((&begun.user.email, begun.user.roles.account), (&jane, Role::Viewer));
    let now = stage.clock.now();
    let session = begun.session;
    assert_eq!((session.created_at, session.last_used_at), (now, now));
    assert_eq!((session.user, session.ends_at), (begun.user.id, now + hours(12)));
    assert_eq!((session.address.as_str(), session.client.as_str()), (HOME, BROWSER));
    assert_eq!(stage.stored_sessions(&jane).await, std::slice::from_ref(&session));

    let caller = stage.directory.authenticate(begun.token.expose()).await.unwrap();
    assert_eq!((caller.role(), caller.session()), (Role::Viewer, Some(session.id)));
    let new = input(&email("new@example.com"), Role::Viewer);
    assert_refused!(
        stage.directory.create_user(&caller, new.clone()).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    stage.set_role(&jane, Role::Admin).await;
    let caller = stage.directory.authenticate(begun.token.expose()).await.unwrap();
    stage.directory.create_user(&caller, new).await.unwrap();
}

async fn a_session_that_lies_idle_ends(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Admin).await;
    let token = stage.sign_in(&jane).await.token;
    let caller = stage.directory.authenticate(token.expose()).await.unwrap();
    stage.clock.advance(hours(1));
    assert!(!holds(&stage.directory, &token).await);
    // Neither by a caller that was found while it held.
    let new = input(&email("new@example.com"), Role::Viewer);
    assert_refused!(
        stage.directory.create_user(&caller, new).await,
        ServiceError::InvalidCredential
    );
    assert!(stage.listed("jane@example.com").await.is_empty());

    let token = stage.sign_in(&jane).await.token;
    stage.clock.advance(hours(1) - MICROSECOND);
    assert!(holds(&stage.directory, &token).await);
}

async fn a_session_ends_however_busy_it_is(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let token = stage.sign_in(&jane).await.token;
    for _ in 0..14 {
        stage.clock.advance(minutes(50));
        use_noted(&stage, &stage.directory, &token).await;
    }
    stage.clock.advance(minutes(20) - MICROSECOND);
    assert!(holds(&stage.directory, &token).await);
    assert_eq!(stage.listed("jane@example.com").await.len(), 1);
    stage.clock.advance(MICROSECOND);
    assert!(!holds(&stage.directory, &token).await);
    assert!(stage.listed("jane@example.com").await.is_empty());
}

async fn its_use_prolongs_it_also_at_another_replica(stage: Stage) {
    let other = stage.second().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let token = stage.sign_in(&jane).await.token;
    assert!(holds(&other, &token).await);
    // Each replica remembers the session as it was at its own last look.
    for replica in [&stage.directory, &other, &other, &stage.directory, &stage.directory, &other] {
        stage.clock.advance(minutes(59));
        use_noted(&stage, replica, &token).await;
    }
    stage.clock.advance(hours(1));
    assert!(!holds(&other, &token).await && !holds(&stage.directory, &token).await);
}

async fn its_use_is_noted_once_a_minute(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let token = stage.sign_in(&jane).await.token;
    let begin = stage.clock.now();
    stage.clock.advance(minutes(1) - MICROSECOND);
    for _ in 0..50 {
        assert!(holds(&stage.directory, &token).await);
    }
    // A change waits for all that were handed in before it.
    stage.set_role(&jane, Role::Editor).await;
    assert_eq!(last_used(&stage).await, begin);
    stage.clock.advance(MICROSECOND);
    use_noted(&stage, &stage.directory, &token).await;
}

async fn sessions_that_have_ended_are_cleared_away(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let joe = stage.add_with_password("joe@example.com", Role::Viewer).await;
    stage.sign_in(&jane).await;
    stage.clock.advance(hours(6));
    let second = stage.sign_in(&jane).await.session.id;
    assert_eq!(stage.stored_sessions(&jane).await.len(), 2, "an idle one stays until it is old");
    stage.clock.advance(hours(6));
    stage.sign_in(&joe).await;
    let left: Vec<_> = stage.stored_sessions(&jane).await.iter().map(|left| left.id).collect();
    assert_eq!(left, [second]);
}

async fn of_a_hundred_and_one_sessions_the_oldest_ends(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let joe = stage.add("joe@example.com", Role::Viewer).await;
    let (of_joe, _) = stage.session_for(&joe).await;
    let mut tokens = Vec::new();
    for _ in 0..100 {
        tokens.push(stage.session_for(&jane).await.0);
        stage.clock.advance(SignedDuration::from_secs(1));
    }
    assert!(holds(&stage.directory, &tokens[0]).await);
    tokens.push(stage.sign_in(&jane).await.token);
    assert!(!holds(&stage.directory, &tokens[0]).await);
    assert_eq!(stage.listed("jane@example.com").await.len(), 100);
    for token in tokens[1..].iter().chain([&of_joe]) {
        assert!(holds(&stage.directory, token).await);
    }
}

async fn a_sign_in_ends_nothing_else(stage: Stage) {
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let (_, key, _) = stage.caller_with_key(&jane).await;
    let first = stage.sign_in(&jane).await.token;
    let epoch = stage.storage.epoch().await.unwrap();
    let second = stage.sign_in(&jane).await.token;
    assert_ne!(first.expose(), second.expose());
    for token in [&key, &first, &second] {
        assert!(holds(&stage.directory, token).await);
    }
    assert_eq!(stage.storage.epoch().await.unwrap(), epoch, "it made all caches void");
}

#[tokio::test]
async fn how_long_sessions_hold_is_a_setting() {
    let stage = Stage::sqlite().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let sessions = SessionLimits { idle: minutes(5), length: minutes(7) };
    let strict = stage.directory_over(stage.storage.clone(), Settings { sessions, ..settings() });
    let begun = strict.sign_in(attempt(jane.as_str(), STRONG, HOME)).await.unwrap();
    assert_eq!(begun.session.ends_at, stage.clock.now() + minutes(7));
    stage.clock.advance(minutes(4));
    use_noted(&stage, &strict, &begun.token).await;
    stage.clock.advance(minutes(3));
    assert!(!holds(&strict, &begun.token).await);
}

#[tokio::test]
async fn the_clients_own_words_are_cut_and_cleaned() {
    let stage = Stage::sqlite().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let client = format!("a\r\n\u{1b}[31mb\0{}", "ż".repeat(500));
    let wordy = attempt(jane.as_str(), STRONG, "::ffff:192.0.2.9");
    let begun = stage.directory.sign_in(SignIn { client, ..wordy }).await;
    let session = begun.unwrap().session;
    assert_eq!(session.client, format!("a[31mb{}", "ż".repeat(194)));
    assert_eq!(session.address, "192.0.2.9");
    assert_eq!(stage.stored_sessions(&jane).await, [session]);
}
