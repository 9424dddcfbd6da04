//! API keys: issuing, listing, revoking, and for how long they hold.

use std::{sync::Arc, time::Duration};

use dqops_users_domain::{ApiKeyId, Email, Role};
use dqops_users_service::{
    Ambient, Caller, Clock, Directory, FieldError, KeyLifetime, KeyLimits, NewKey, OsRandomness,
    ServiceError, Settings,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    clock::{days, hours},
    stage::{ADMIN, Stage, settings},
    values::{assert_refused, email},
    vendor::at,
};

fn key(name: &str, lifetime: KeyLifetime) -> NewKey {
    NewKey { owner: None, name: name.to_owned(), lifetime }
}

async fn names(stage: &Stage, caller: &Caller, owner: Option<&Email>) -> Vec<String> {
    let keys = stage.directory.api_keys(caller, owner).await.unwrap();
    keys.into_iter().map(|owned| format!("{} of {}", owned.key.name, owned.owner)).collect()
}

#[tokio::test]
async fn a_key_holds_for_as_long_as_was_wanted() {
    let stage = Stage::sqlite().await;
    let caller = stage.with_admin().await;
    let expiry = async |lifetime| {
        let issued = stage.directory.issue_api_key(&caller, key("k", lifetime)).await.unwrap();
        issued.key.expires_at
    };
    assert_eq!(expiry(KeyLifetime::Default).await, Some(at("2026-04-01T00:00:00Z")));
    assert_eq!(expiry(KeyLifetime::For(hours(2))).await, Some(at("2026-01-01T02:00:00Z")));
    assert_eq!(expiry(KeyLifetime::For(days(366))).await, Some(at("2027-01-02T00:00:00Z")));

    let api_keys = KeyLimits { usual: days(1), longest: days(2), may_never_expire: true };
    let other = Settings { api_keys, ..settings() };
    let other = stage.directory_over(stage.storage.clone(), other);
    for (lifetime, end) in [
        (KeyLifetime::Default, Some(at("2026-01-02T00:00:00Z"))),
        (KeyLifetime::For(days(2)), Some(at("2026-01-03T00:00:00Z"))),
        (KeyLifetime::Unlimited, None),
    ] {
        let issued = other.issue_api_key(&caller, key("k", lifetime)).await.unwrap();
        assert_eq!(issued.key.expires_at, end);
    }
}

#[tokio::test]
async fn only_the_local_operator_may_issue_keys_beyond_the_limits() {
    let stage = Stage::sqlite().await;
    let caller = stage.with_admin().await;
    let too_long = KeyLifetime::For(days(366) + SignedDuration::from_secs(1));
    for (lifetime, at_fault) in [(too_long, "days"), (KeyLifetime::Unlimited, "neverExpires")] {
        assert_refused!(
            stage.directory.issue_api_key(&caller, key("k", lifetime)).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == at_fault
        );
        let owner = Some(email(ADMIN));
        let wanted = NewKey { owner, ..key("k", lifetime) };
        stage.directory.issue_api_key(&stage.operator(), wanted).await.unwrap();
    }
}

/// Noted beside the request, at the most once a minute.
#[tokio::test]
async fn the_last_use_of_a_key_is_noted_now_and_then() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let token = stage.key_for(&jane).await.token;
    let noted = async || {
        let keys = stage.directory.api_keys(&stage.operator(), Some(&jane)).await.unwrap();
        keys[0].key.last_used_at
    };
    let used = async |expected: &str| {
        stage.directory.authenticate(token.expose()).await.unwrap();
        while noted().await != Some(at(expected)) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert_eq!(noted().await, None);
    used("2026-01-01T00:00:00Z").await;
    stage.clock.advance(SignedDuration::from_secs(59));
    used("2026-01-01T00:00:00Z").await;
    stage.clock.advance(SignedDuration::from_secs(1));
    used("2026-01-01T00:01:00Z").await;
}

#[tokio::test]
async fn a_user_has_a_thousand_keys_at_the_most_and_expired_ones_make_room() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    for _ in 0..1000 {
        stage.key_for(&jane).await;
    }
    let wanted = || NewKey { owner: Some(jane.clone()), ..key("one more", KeyLifetime::Default) };
    assert_refused!(
        stage.directory.issue_api_key(&stage.operator(), wanted()).await,
        ServiceError::TooManyKeys
    );
    stage.clock.advance(days(90));
    stage.directory.issue_api_key(&stage.operator(), wanted()).await.unwrap();
    assert_eq!(names(&stage, &stage.operator(), Some(&jane)).await.len(), 1);
}

#[tokio::test]
async fn a_lifetime_that_is_none_or_beyond_time_is_refused() {
    let stage = Stage::sqlite().await;
    let caller = stage.with_admin().await;
    for length in [SignedDuration::ZERO, hours(-1), SignedDuration::MIN, SignedDuration::MAX] {
        assert_refused!(
            stage.directory.issue_api_key(&caller, key("k", KeyLifetime::For(length))).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == "days"
        );
    }
}

#[tokio::test]
async fn a_key_needs_a_name_that_can_be_shown() {
    let stage = Stage::sqlite().await;
    let caller = stage.with_admin().await;
    let long = "ż".repeat(101);
    for name in ["", "  \t", "a\nb", "a\0b", "\u{1b}[31m", long.as_str()] {
        assert_refused!(
            stage.directory.issue_api_key(&caller, key(name, KeyLifetime::Default)).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == "name"
        );
    }
    for (name, kept) in [(" ci ", "ci"), (&long[2..], &long[2..])] {
        let wanted = key(name, KeyLifetime::Default);
        let issued = stage.directory.issue_api_key(&caller, wanted).await.unwrap();
        assert_eq!(issued.key.name, kept);
    }
}

#[tokio::test]
async fn keys_are_listed_by_owner_and_age() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let caller = stage.caller_for(&jane).await;
    for name in ["second", "first"] {
        stage.clock.advance(hours(1));
        let wanted = key(name, KeyLifetime::Default);
        stage.directory.issue_api_key(&caller, wanted).await.unwrap();
    }
    let of_jane = ["key", "second", "first"].map(|name| format!("{name} of jane@example.com"));
    assert_eq!(names(&stage, &caller, Some(&jane)).await, of_jane);
    assert_eq!(names(&stage, &admin, Some(&jane)).await, of_jane);
    let mut all = vec!["set-up of admin@example.com".to_owned()];
    all.extend(of_jane);
    assert_eq!(names(&stage, &admin, None).await, all);
    assert_refused!(
        stage.directory.api_keys(&admin, Some(&email("nobody@example.com"))).await,
        ServiceError::UserNotFound(name) if name == email("nobody@example.com")
    );
}

#[tokio::test]
async fn a_revoked_key_is_gone_and_the_others_stay() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (first, second) = (stage.key_for(&jane).await, stage.key_for(&jane).await);
    stage.directory.revoke_api_key(&admin, first.key.id).await.unwrap();
    for unknown in [first.key.id, ApiKeyId(Uuid::nil())] {
        assert_refused!(
            stage.directory.revoke_api_key(&admin, unknown).await,
            ServiceError::ApiKeyNotFound
        );
    }
    assert_eq!(names(&stage, &admin, Some(&jane)).await, ["key of jane@example.com"]);
    stage.directory.authenticate(second.token.expose()).await.unwrap();
}

#[tokio::test]
async fn what_is_no_key_opens_nothing() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let issued = stage.key_for(&jane).await;
    let token = issued.token.expose();
    let cut = &token[..token.len() - 1];
    let (bare, upper) = (token.trim_start_matches("dqu_key_"), token.to_uppercase());
    let spaced = format!(" {token}");
    for other in ["", "dqu_key_", cut, bare, &upper, &spaced, jane.as_str()] {
        assert_refused!(stage.directory.authenticate(other).await, ServiceError::InvalidCredential);
    }
}

/// A clock finer than what is stored, as that of the system.
struct FineClock;

impl Clock for FineClock {
    fn now(&self) -> Timestamp {
        at("2026-01-01T00:00:00.123456789Z")
    }
}

#[tokio::test]
async fn a_key_is_listed_as_it_was_answered() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let ambient = Ambient::new(Arc::new(FineClock), Arc::new(OsRandomness));
    let directory = Directory::new(stage.storage.clone(), settings(), ambient);
    let wanted = NewKey { owner: Some(jane.clone()), ..key("k", KeyLifetime::Default) };
    let issued = directory.issue_api_key(&stage.operator(), wanted).await.unwrap();
    let listed = directory.api_keys(&stage.operator(), Some(&jane)).await.unwrap();
    assert_eq!(listed[0].key, issued.key);
}
