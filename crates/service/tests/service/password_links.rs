//! Password links as admins see them: made, replaced, revoked, expired.

use dqops_users_domain::{
    Role,
    audit::{Action, Actor},
};
use dqops_users_service::{Clock as _, ServiceError, Settings};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    clock::hours,
    links::{HERE, is_open, link_for},
    stage::{ADMIN, Stage, on_both_stores, settings},
    values::{STRONG, assert_refused, email, password},
};

on_both_stores!(
    a_link_is_made_by_an_admin_and_looked_at_as_often_as_one_likes,
    a_new_link_replaces_the_old,
    a_revoked_link_is_dead_at_all_replicas,
    a_link_ends_at_its_expiry_and_is_still_shown,
    what_is_not_there_is_refused,
    a_link_is_no_credential_and_no_credential_is_a_link,
);

const JANE: &str = "jane@example.com";

async fn a_link_is_made_by_an_admin_and_looked_at_as_often_as_one_likes(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add(JANE, Role::Viewer).await;
    let (now, epoch) = (stage.clock.now(), stage.storage.epoch().await.unwrap());
    let issued = stage.directory.issue_password_link(&admin, &jane).await.unwrap();
    assert!(issued.token.expose().starts_with("dqu_link_"));
    assert_eq!(issued.link.user, stage.find(&jane).await.unwrap().id);
    assert_eq!((issued.link.created_at, issued.link.expires_at), (now, now + hours(72)));
    assert_eq!(stage.directory.password_link(&admin, &jane).await.unwrap(), issued.link);
    assert!(!format!("{issued:?}").contains(issued.token.expose()));

    let entry = stage.audit().await.pop().unwrap();
    assert_eq!((entry.actor, entry.subject.as_str()), (Actor::User(email(ADMIN)), JANE));
    assert_eq!((entry.action, entry.before), (Action::PasswordLinkIssued, None));
    assert_eq!(entry.after, Some(json!({"expiresAt": "2026-01-04T00:00:00Z"})));

    let (entries, other) = (stage.audit().await.len(), stage.second().await);
    for directory in [&stage.directory, &other] {
        for _ in 0..50 {
            let seen = directory.look_at_password_link(issued.token.expose()).await.unwrap();
            assert_eq!(seen.0, jane);
        }
    }
    assert_eq!(stage.audit().await.len(), entries);
    assert_eq!(stage.storage.epoch().await.unwrap(), epoch, "it made all caches void");
    let new = Some(password(STRONG));
    assert_eq!(other.redeem_password_link(issued.token.expose(), new, HERE).await.unwrap(), jane);
}

async fn a_new_link_replaces_the_old(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let joe = stage.add("joe@example.com", Role::Viewer).await;
    let (first, of_joe) = (link_for(&stage, &jane).await, link_for(&stage, &joe).await);
    let second = link_for(&stage, &jane).await;
    assert!(!is_open(&stage.directory, first.expose()).await);
    assert!(is_open(&stage.directory, second.expose()).await);
    assert!(is_open(&stage.directory, of_joe.expose()).await);
}

async fn a_revoked_link_is_dead_at_all_replicas(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add(JANE, Role::Viewer).await;
    let (token, other) = (link_for(&stage, &jane).await, stage.second().await);
    assert!(is_open(&other, token.expose()).await);
    stage.directory.revoke_password_link(&admin, &jane).await.unwrap();
    for directory in [&stage.directory, &other] {
        assert!(!is_open(directory, token.expose()).await);
        assert_refused!(
            directory.redeem_password_link(token.expose(), Some(password(STRONG)), HERE).await,
            ServiceError::PasswordLinkNotFound
        );
    }
    assert_eq!(stage.stored_hash(&jane).await, None);
    let entry = stage.audit().await.pop().unwrap();
    assert_eq!((entry.action, entry.subject.as_str()), (Action::PasswordLinkRevoked, JANE));
    assert_eq!(entry.before, Some(json!({"expiresAt": "2026-01-04T00:00:00Z"})));
    assert_refused!(
        stage.directory.revoke_password_link(&admin, &jane).await,
        ServiceError::PasswordLinkNotFound
    );
}

async fn a_link_ends_at_its_expiry_and_is_still_shown(stage: Stage) {
    let jane = stage.add(JANE, Role::Viewer).await;
    let (token, operator) = (link_for(&stage, &jane).await, stage.operator());
    let microsecond = SignedDuration::from_micros(1);
    stage.clock.advance(hours(72) - microsecond);
    assert!(is_open(&stage.directory, token.expose()).await);
    stage.clock.advance(microsecond);
    assert!(!is_open(&stage.directory, token.expose()).await);
    assert_refused!(
        stage.directory.redeem_password_link(token.expose(), Some(password(STRONG)), HERE).await,
        ServiceError::PasswordLinkNotFound
    );
    let link = stage.directory.password_link(&operator, &jane).await.unwrap();
    assert!(!link.is_valid_at(stage.clock.now()));
    let outlook = stage.directory.user_outlook(&operator, &jane).await.unwrap();
    assert_eq!((outlook.link, outlook.now), (Some(link), stage.clock.now()));
    assert!(is_open(&stage.directory, link_for(&stage, &jane).await.expose()).await);
}

async fn what_is_not_there_is_refused(stage: Stage) {
    let (directory, operator) = (&stage.directory, stage.operator());
    let (jane, nobody) = (stage.add(JANE, Role::None).await, email("nobody@example.com"));
    for refused in [
        directory.issue_password_link(&operator, &nobody).await.map(drop),
        directory.password_link(&operator, &nobody).await.map(drop),
        directory.revoke_password_link(&operator, &nobody).await,
    ] {
        assert_refused!(refused, ServiceError::UserNotFound(name) if name == nobody);
    }
    for refused in [
        directory.password_link(&operator, &jane).await.map(drop),
        directory.revoke_password_link(&operator, &jane).await,
        directory
            .look_at_password_link("dqu_link_0123456789abcdefghijklmnopqrstuv")
            .await
            .map(drop),
        directory.look_at_password_link("").await.map(drop),
        directory.redeem_password_link("", Some(password(STRONG)), HERE).await.map(drop),
        directory.redeem_password_link("junk", None, HERE).await.map(drop),
    ] {
        assert_refused!(refused, ServiceError::PasswordLinkNotFound);
    }
    assert_refused!(directory.mail_password_link(&operator, &jane).await, ServiceError::NoMail);
    assert!(!directory.can_mail());
}

async fn a_link_is_no_credential_and_no_credential_is_a_link(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add(JANE, Role::Admin).await;
    let link = link_for(&stage, &jane).await;
    assert_refused!(
        stage.directory.authenticate(link.expose()).await,
        ServiceError::InvalidCredential
    );
    let (_, key, _) = stage.caller_with_key(&jane).await;
    let session = stage.session_for(&jane).await.0;
    for token in [key.expose(), session.expose()] {
        assert!(!is_open(&stage.directory, token).await);
    }
}

#[tokio::test]
async fn how_long_a_link_holds_is_a_setting() {
    let stage = Stage::sqlite().await;
    let jane = stage.add(JANE, Role::Viewer).await;
    let strict = Settings { password_link_lifetime: hours(1), ..settings() };
    let strict = stage.directory_over(stage.storage.clone(), strict);
    let issued = strict.issue_password_link(&stage.operator(), &jane).await.unwrap();
    assert_eq!(issued.link.expires_at, stage.clock.now() + hours(1));
}
