//! Mailed links: by an admin, and to whoever forgot a password; nobody learns who is there.

use dqops_users_domain::{
    Role,
    audit::{Action, Actor},
};
use dqops_users_service::{Directory, ServiceError};
use jiff::SignedDuration;

use crate::{
    clock::hours,
    links::{HERE, is_open, link_for, token_in},
    sign_ins::HOME,
    stage::{Stage, on_both_stores},
    values::{STRONG, assert_refused, email, password},
};

on_both_stores!(
    the_answer_is_the_same_whoever_is_asked_for,
    a_mailed_link_sets_the_password,
    an_account_is_mailed_to_three_times_and_then_once_an_hour,
    an_address_may_ask_for_twenty,
    what_is_no_email_is_nobodys,
    a_mail_that_is_not_sent_is_told_to_the_admin_alone,
);

const JANE: &str = "jane@example.com";

async fn ask(directory: &Directory, name: &str, address: &str) -> Result<(), ServiceError> {
    directory.request_password_link(name, address.parse().unwrap()).await
}

/// Asks in vain; answers the seconds to wait.
async fn wait(directory: &Directory, name: &str, address: &str) -> i64 {
    match ask(directory, name, address).await {
        Err(ServiceError::TooManyAttempts { retry_after }) => retry_after.as_secs(),
        other => panic!("{other:?}"),
    }
}

async fn the_answer_is_the_same_whoever_is_asked_for(stage: Stage) {
    let (directory, postbox) = stage.with_mail();
    let jane = stage.add(JANE, Role::Viewer).await;
    stage.add("none@example.com", Role::None).await;
    let read = stage.audit().await.len();
    for name in ["nobody@example.com", "none@example.com", "not an email", "", " JANE@Example.com "]
    {
        ask(&directory, name, HOME).await.unwrap();
    }
    assert_eq!(postbox.receivers(1).await, [JANE]);
    let entries = stage.audit().await.split_off(read);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        (&entries[0].actor, entries[0].action),
        (&Actor::Nobody, Action::PasswordLinkIssued)
    );
    let none = email("none@example.com");
    assert_refused!(
        stage.directory.password_link(&stage.operator(), &none).await,
        ServiceError::PasswordLinkNotFound
    );
    assert!(stage.directory.password_link(&stage.operator(), &jane).await.is_ok());
    assert_refused!(ask(&stage.directory, JANE, HOME).await, ServiceError::NoMail);
    assert!(directory.can_mail());
}

async fn a_mailed_link_sets_the_password(stage: Stage) {
    let (directory, postbox) = stage.with_mail();
    let jane = stage.add(JANE, Role::Viewer).await;
    let handed_over = link_for(&stage, &jane).await;
    ask(&directory, JANE, HOME).await.unwrap();
    assert_eq!(postbox.receivers(1).await, [JANE]);
    let mail = postbox.mails().pop().unwrap();
    let token = token_in(&mail);
    assert!(mail.text.contains("until 2026-01-04 00:00 UTC"), "{}", mail.text);
    assert!(mail.text.is_ascii() && !mail.subject.contains(&token));
    assert!(!format!("{mail:?}").contains(&token));
    assert!(is_open(&directory, handed_over.expose()).await, "whoever asks ends no other link");
    directory.redeem_password_link(&token, Some(password(STRONG)), HERE).await.unwrap();
    assert!(!is_open(&directory, handed_over.expose()).await, "a password that is set does");

    // An admin ends what was asked for: by a new link, and by revoking.
    for revokes in [false, true] {
        stage.clock.advance(SignedDuration::from_hours(24));
        let sent = postbox.mails().len();
        ask(&directory, JANE, HOME).await.unwrap();
        postbox.receivers(sent + 1).await;
        let token = token_in(&postbox.mails().pop().unwrap());
        assert!(is_open(&directory, &token).await);
        if revokes {
            stage.directory.revoke_password_link(&stage.operator(), &jane).await.unwrap();
        } else {
            link_for(&stage, &jane).await;
        }
        assert!(!is_open(&directory, &token).await, "revokes: {revokes}");
    }
    stage.sign_in(&jane).await;

    // By an admin, also to somebody who has no rights yet.
    let joe = stage.add("joe@example.com", Role::None).await;
    let issued = directory.mail_password_link(&stage.operator(), &joe).await.unwrap();
    let mail = postbox.mails().pop().unwrap();
    assert_eq!((mail.to.clone(), token_in(&mail).as_str()), (joe, issued.token.expose()));
}

async fn an_account_is_mailed_to_three_times_and_then_once_an_hour(stage: Stage) {
    let (directory, postbox) = stage.with_mail();
    stage.add(JANE, Role::Viewer).await;
    for name in [JANE, "nobody@example.com"] {
        for number in 0..3 {
            ask(&directory, name, &format!("192.0.2.{number}")).await.unwrap();
        }
        // From wherever, and told from an account that does not exist by nothing.
        assert_eq!(wait(&directory, name, "192.0.2.9").await, 3600);
        let elsewhere = wait(&stage.with_mail().0, &name.to_uppercase(), "2001:db8::1").await;
        assert_eq!(elsewhere, 3600, "the throttle is not in the storage");
    }
    assert_eq!(postbox.receivers(3).await, [JANE; 3]);
    stage.clock.advance(hours(1) - SignedDuration::from_micros(1));
    assert_eq!(wait(&directory, JANE, HOME).await, 1);
    stage.clock.advance(SignedDuration::from_micros(1));
    ask(&directory, JANE, HOME).await.unwrap();
    assert_eq!(wait(&directory, JANE, HOME).await, 3600);
    assert_eq!(postbox.receivers(4).await, [JANE; 4]);
    // Whoever asks for links in another's name keeps that user from nothing else.
    stage.set_password(&email(JANE), STRONG).await;
    stage.sign_in(&email(JANE)).await;
}

async fn an_address_may_ask_for_twenty(stage: Stage) {
    let (directory, _) = stage.with_mail();
    for number in 0..20 {
        ask(&directory, &format!("user{number}@example.com"), HOME).await.unwrap();
    }
    assert_eq!(wait(&directory, "user20@example.com", HOME).await, 180);
    assert_eq!(wait(&directory, "not an email", HOME).await, 180);
    ask(&directory, "user20@example.com", "192.0.2.2").await.unwrap();
    stage.clock.advance(SignedDuration::from_mins(3));
    ask(&directory, "user21@example.com", HOME).await.unwrap();
}

/// People who mistype their email must not wait for each other.
async fn what_is_no_email_is_nobodys(stage: Stage) {
    let (directory, _) = stage.with_mail();
    for number in 0..10 {
        ask(&directory, "jane.example.com", &format!("192.0.2.{number}")).await.unwrap();
        ask(&directory, "", &format!("192.0.2.{number}")).await.unwrap();
    }
}

async fn a_mail_that_is_not_sent_is_told_to_the_admin_alone(stage: Stage) {
    let (directory, postbox) = stage.with_mail();
    let (jane, operator) = (stage.add(JANE, Role::Viewer).await, stage.operator());
    postbox.refuse(true);
    ask(&directory, JANE, HOME).await.unwrap();
    while !stage.audit().await.iter().any(|entry| entry.action == Action::PasswordLinkIssued) {
        tokio::task::yield_now().await;
    }
    assert_refused!(
        directory.mail_password_link(&operator, &jane).await,
        ServiceError::MailNotSent
    );
    // The link was made, and can be revoked or replaced.
    directory.password_link(&operator, &jane).await.unwrap();
    assert!(postbox.receivers(0).await.is_empty());
    postbox.refuse(false);
    directory.mail_password_link(&operator, &jane).await.unwrap();
    assert_eq!(postbox.receivers(1).await, [JANE]);
}
