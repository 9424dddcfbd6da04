//! U1: what the audit trail keeps of signing in and out, also where that failed.

use dqops_users_domain::{
    Role,
    audit::{Action, AuditEntry},
};
use serde_json::json;

use crate::{
    sign_ins::{Failed, HOME, attempt, fail, wait},
    stage::{Stage, on_both_stores},
    values::{OTHER_STRONG, STRONG, hex, password},
};

on_both_stores!(
    a_failed_attempt_is_kept_with_its_address,
    what_was_not_looked_at_is_not_kept,
    sessions_are_kept_from_the_sign_in_to_the_end,
    no_entry_holds_a_password_or_a_token,
    no_attempt_makes_caches_void,
);

const JANE: &str = "jane@example.com";

fn of_sign_in(entries: Vec<AuditEntry>) -> Vec<AuditEntry> {
    let is_of_sign_in = |entry: &AuditEntry| {
        let actions =
            [Action::SignedIn, Action::SignInFailed, Action::SignedOut, Action::SessionsEnded];
        actions.contains(&entry.action)
    };
    entries.into_iter().filter(is_of_sign_in).collect()
}

/// What was written on signing in, each with actor, action, subject and states.
async fn trail(stage: &Stage) -> Vec<(String, Action, String, String)> {
    let entries = of_sign_in(stage.audit().await).into_iter();
    entries
        .map(|entry| {
            let states = json!([entry.before, entry.after]).to_string();
            (entry.actor.name().to_owned(), entry.action, entry.subject, states)
        })
        .collect()
}

async fn a_failed_attempt_is_kept_with_its_address(stage: Stage) {
    stage.add_with_password(JANE, Role::Viewer).await;
    stage.add("fresh@example.com", Role::Viewer).await;
    stage.add_with_password("former@example.com", Role::None).await;
    for (name, text, address, subject, noted) in [
        (" JANE@example.com", OTHER_STRONG, HOME, JANE, HOME),
        ("nobody@example.com", STRONG, HOME, "nobody@example.com", HOME),
        ("fresh@example.com", STRONG, "::ffff:192.0.2.1", "fresh@example.com", HOME),
        ("former@example.com", STRONG, "2001:DB8::1", "former@example.com", "2001:db8::1"),
        // The password in the place of the email.
        (STRONG, STRONG, HOME, "(not an email)", HOME),
        ("", STRONG, HOME, "(not an email)", HOME),
        ("jane@example.com\r\nx", STRONG, HOME, "(not an email)", HOME),
    ] {
        let before = trail(&stage).await.len();
        assert_eq!(fail(&stage.directory, name, text, address).await, Failed::Refused);
        let new = trail(&stage).await.split_off(before);
        let states = json!([null, {"address": noted}]).to_string();
        let entry = ("(nobody)".to_owned(), Action::SignInFailed, subject.to_owned(), states);
        assert_eq!(new, [entry], "{name:?}");
    }
}

async fn what_was_not_looked_at_is_not_kept(stage: Stage) {
    stage.add_broken(JANE).await;
    for _ in 0..10 {
        assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, Failed::Refused);
    }
    for _ in 0..50 {
        assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));
    }
    assert_eq!(trail(&stage).await.len(), 10);
}

async fn sessions_are_kept_from_the_sign_in_to_the_end(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let directory = &stage.directory;
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(stage.sign_in(&jane).await);
    }
    let own = directory.authenticate(begun[0].token.expose()).await.unwrap();
    let spare = directory.authenticate(begun[1].token.expose()).await.unwrap();
    directory.sign_out(&spare).await.unwrap();
    directory.end_session(&admin, begun[2].session.id).await.unwrap();
    directory.change_caller_password(&own, Some(password(OTHER_STRONG))).await.unwrap();
    directory.end_sessions(&own, &jane).await.unwrap();
    // None is left, so nothing is done.
    directory.end_sessions(&admin, &jane).await.unwrap();

    let line = |actor: &str, action, states: serde_json::Value| {
        (actor.to_owned(), action, JANE.to_owned(), states.to_string())
    };
    let mut expected: Vec<_> = begun
        .iter()
        .map(|begun| {
            let after = json!({"session": begun.session.id, "address": HOME});
            line(JANE, Action::SignedIn, json!([null, after]))
        })
        .collect();
    let ended = |count| json!([{"sessions": count}, null]);
    expected.extend([
        line(JANE, Action::SignedOut, json!([{"session": begun[1].session.id}, null])),
        line("admin@example.com", Action::SessionsEnded, ended(1)),
        line(JANE, Action::SessionsEnded, ended(1)),
        line(JANE, Action::SessionsEnded, ended(1)),
    ]);
    assert_eq!(trail(&stage).await, expected);
}

async fn no_entry_holds_a_password_or_a_token(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let begun = stage.sign_in(&jane).await;
    let own = stage.directory.authenticate(begun.token.expose()).await.unwrap();
    fail(&stage.directory, JANE, "canary of a password", HOME).await;
    fail(&stage.directory, "canary of a password", JANE, HOME).await;
    fail(&stage.directory, begun.token.expose(), STRONG, HOME).await;
    stage.directory.sign_out(&own).await.unwrap();
    let everything = format!("{:?}", stage.audit().await);
    let random_part = begun.token.expose().rsplit_once('_').unwrap().1;
    let hash = stage.stored_hash(&jane).await.unwrap();
    for secret in [
        "canary",
        STRONG,
        "dqu_session_",
        random_part,
        &hex(&begun.token.digest().0),
        &format!("{:?}", begun.token.digest().0),
        hash.expose().rsplit_once('$').unwrap().1,
    ] {
        assert!(!everything.contains(secret), "{secret} stands in the trail");
    }
    assert!(everything.contains(JANE));
}

/// Else anybody could slow the directory down by failing to sign in.
async fn no_attempt_makes_caches_void(stage: Stage) {
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let epoch = stage.storage.epoch().await.unwrap();
    stage.sign_in(&jane).await;
    for _ in 0..10 {
        assert_eq!(fail(&stage.directory, JANE, OTHER_STRONG, HOME).await, Failed::Refused);
    }
    assert_eq!(
        stage.directory.sign_in(attempt(JANE, STRONG, HOME)).await.unwrap_err().to_string(),
        "there were too many attempts; try again in 6 s"
    );
    assert_eq!(stage.storage.epoch().await.unwrap(), epoch);
}
