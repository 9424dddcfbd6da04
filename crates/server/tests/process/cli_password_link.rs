//! `user password-link`.

use dqops_users_domain::{
    TokenDigest,
    audit::{Action, Actor},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    place::{Place, Store, on_both_stores},
    time::block_on,
};

on_both_stores!(it_prints_the_bare_link_and_nothing_else, a_link_is_replaced_and_revoked);

const ANN: &str = "ann@example.com";

fn with_ann(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    place
}

/// Whose link it is that a command printed, if it is one.
fn whose(place: &Place, base: &str, printed: &str) -> Option<String> {
    let token = printed.trim_end().strip_prefix(base).unwrap_or_else(|| panic!("{printed}"));
    let secret = token.strip_prefix("dqu_link_").unwrap();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    block_on(async {
        let storage = place.open().await;
        let mut reader = storage.read().await.unwrap();
        let found = reader.find_password_link(&TokenDigest::of(token)).await.unwrap();
        drop(reader);
        storage.close().await;
        found.map(|(_, email)| email.into())
    })
}

fn it_prints_the_bare_link_and_nothing_else(store: Store) {
    let place = with_ann(store);
    let done = place.cli(&["user", "password-link", "Ann@Example.com"]);
    let remark = &done.stderr;
    assert!(
        remark.contains("Password link of ann@example.com, works once and until 20"),
        "{remark}"
    );
    assert!(remark.contains("it is not shown again") && !remark.contains("dqu_link_"), "{remark}");
    let printed = done.succeeds();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let local = "http://localhost:8888/password/";
    assert_eq!(whose(&place, local, &printed).as_deref(), Some(ANN));

    let public = ["user", "password-link", ANN, "--json", "--public-url", "https://u.example.com/"];
    let issued = place.program(&public).env("DQOPS_USERS_PASSWORD_LINK_HOURS", "5").run().json();
    let base = "https://u.example.com/password/";
    assert_eq!(whose(&place, base, issued["link"].as_str().unwrap()).as_deref(), Some(ANN));
    assert_eq!((&issued["email"], issued.as_object().unwrap().len()), (&ANN.into(), 3));
    let end: Timestamp = issued["expiresAt"].as_str().unwrap().parse().unwrap();
    let entry = &place.audit()[0];
    assert_eq!(end, entry.at + SignedDuration::from_hours(5));
    assert_eq!((entry.action, &entry.actor), (Action::PasswordLinkIssued, &Actor::LocalOperator));
}

fn a_link_is_replaced_and_revoked(store: Store) {
    let place = with_ann(store);
    let base = "http://localhost:8888/password/";
    let issue = || place.cli(&["user", "password-link", ANN]).succeeds();
    let (first, second) = (issue(), issue());
    assert_eq!(whose(&place, base, &first), None);
    assert!(whose(&place, base, &second).is_some());
    let said = place.cli(&["user", "password-link", ANN, "--revoke"]).succeeds();
    assert_eq!(said, format!("revoked the password link of {ANN}\n"));
    assert_eq!(whose(&place, base, &second), None);
    let third = issue();
    let said = place.cli(&["user", "password-link", ANN, "--revoke", "--json"]).json();
    assert_eq!(said["email"], ANN);
    assert_eq!(whose(&place, base, &third), None);
}

#[test]
fn what_cannot_be_done_is_refused() {
    let place = with_ann(Store::Sqlite);
    let cases: [(&[&str], i32, &str); 7] = [
        (&["eve@example.com"], 1, "there is no user eve@example.com"),
        (&["eve@example.com", "--revoke"], 1, "there is no user eve@example.com"),
        (&[ANN, "--revoke"], 1, "this link does not work any more"),
        (&["nobody"], 2, "nobody"),
        (&[ANN, "--password-link-hours", "0"], 2, "--password-link-hours"),
        (&[ANN, "--password-link-hours", "721"], 2, "--password-link-hours"),
        (&[ANN, "--public-url", "u.example.com"], 1, "write it as https://HOST"),
    ];
    for (args, code, reason) in cases {
        let said = place.program(&["user", "password-link"]).args(args).run().fails(code);
        assert!(said.contains(reason), "{args:?}: {said}");
    }
}
