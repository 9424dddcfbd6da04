//! `user list | add | set-role | delete`.

use dqops_users_domain::audit::{Action, Actor};
use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    program::{Captured, exit_code},
    vendor,
};

const JANE: &str = "jane@example.com";
const ANN: &str = "ann@example.com";

on_both_stores!(users_are_added_listed_changed_and_deleted);

fn users_are_added_listed_changed_and_deleted(store: Store) {
    let place = Place::new(store);
    assert_eq!(place.cli(&["user", "list"]).succeeds(), "email\taccountRole\n");
    let added = place.cli(&["user", "add", " Jane@Example.COM ", "--role", "viewer"]);
    let next = "next: dqops-users user set-password jane@example.com, \
        or dqops-users api-key issue jane@example.com\n";
    assert_eq!(added.stderr, next);
    assert_eq!(added.succeeds(), "added jane@example.com as viewer\n");
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    let listed = place.cli(&["user", "list"]).succeeds();
    assert_eq!(listed, format!("email\taccountRole\n{ANN}\tadmin\n{JANE}\tviewer\n"));
    let changed = place.cli(&["user", "set-role", "JANE@example.com", "editor"]).succeeds();
    assert_eq!(changed, format!("{JANE} is editor now\n"));
    assert_eq!(place.cli(&["user", "delete", JANE]).succeeds(), format!("deleted {JANE}\n"));
    let listed = place.cli(&["user", "list"]).succeeds();
    assert_eq!(listed, format!("email\taccountRole\n{ANN}\tadmin\n"));

    let trail = place.audit();
    assert!(trail.iter().all(|entry| entry.actor == Actor::LocalOperator), "{trail:?}");
    let of_jane: Vec<_> = trail
        .iter()
        .rev()
        .filter(|entry| entry.subject == JANE)
        .map(|entry| entry.action)
        .collect();
    assert_eq!(of_jane, [Action::UserCreated, Action::UserUpdated, Action::UserDeleted]);
}

#[test]
fn with_json_every_answer_is_json() {
    let place = Place::new(Store::Sqlite);
    assert_eq!(place.cli(&["user", "list", "--json"]).json(), json!([]));
    let jane = |role: &str| json!({"email": JANE, "accountRole": role});
    let added = place.cli(&["--json", "user", "add", JANE, "--role", "viewer"]).json();
    assert_eq!(added, jane("viewer"));
    assert_eq!(place.cli(&["user", "--json", "set-role", JANE, "none"]).json(), jane("none"));
    assert_eq!(place.cli(&["user", "list", "--json"]).json(), json!([jane("none")]));
    assert_eq!(place.cli(&["user", "delete", JANE, "--json"]).json(), json!({"email": JANE}));
}

#[test]
fn what_the_directory_refuses_is_refused_and_changes_nothing() {
    let place = Place::new(Store::Sqlite);
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    for name in ["b", "c", "d", "e"] {
        let email = format!("{name}@example.com");
        place.cli(&["user", "add", &email, "--role", "viewer"]).succeeds();
    }
    let before = place.cli(&["user", "list"]).succeeds();
    let cases: [(&[&str], &str); 8] = [
        (&["user", "add", "B@example.com", "--role", "admin"], "b@example.com exists already"),
        (&["user", "add", JANE, "--role", "viewer"], "the licence has 5 seats and all are taken"),
        (&["user", "set-role", JANE, "editor"], "there is no user jane@example.com"),
        (&["user", "delete", JANE], "there is no user jane@example.com"),
        (&["user", "set-password", JANE], "there is no user jane@example.com"),
        (&["user", "set-role", ANN, "editor"], "ann@example.com is the last admin"),
        (&["user", "delete", ANN], "ann@example.com is the last admin"),
        (
            &["user", "set-role", "b@example.com", "none", "--data-domain-role", "sales=editor"],
            "the TEAM licence does not include data domain roles",
        ),
    ];
    for (args, reason) in cases {
        let said = place.cli(args).fails(1);
        assert!(said.contains(reason), "{args:?}: {said}");
        // As JSON too, the reason is for a person and standard output stays empty.
        let said = place.program(args).args(&["--json"]).run().fails(1);
        assert!(said.contains(reason), "{args:?}: {said}");
    }
    assert_eq!(place.cli(&["user", "list"]).succeeds(), before);
}

#[test]
fn what_is_typed_wrong_is_wrong_usage_and_makes_no_database() {
    let place = Place::new(Store::Sqlite);
    let cases: [(&[&str], &str); 12] = [
        (&["add", JANE], "--role"),
        (&["add", "--role", "viewer"], "<EMAIL>"),
        (&["add", JANE, "--role", "owner"], "owner"),
        (&["add", "jane", "--role", "viewer"], "the email is not of the form name@host"),
        (&["add", "jäne@example.com", "--role", "viewer"], "a character outside ASCII"),
        (&["add", JANE, "--role", "viewer", "--data-domain-role", "sales"], "DOMAIN=ROLE"),
        (&["add", JANE, "--role", "viewer", "--data-domain-role", "sales=x"], "sales=x"),
        (&["set-role", JANE], "<ROLE>"),
        (&["set-role", JANE, "viewer", "more"], "more"),
        (&["delete"], "<EMAIL>"),
        (&["delete", JANE, ANN], ANN),
        (&["list", "--role", "Admin"], "Admin"),
    ];
    for (args, reason) in cases {
        let said = place.program(&["user"]).args(args).run().fails(2);
        assert!(said.contains(reason), "{args:?}: {said}");
    }
    assert!(!place.folder().join("users.db").exists());
}

#[test]
fn the_list_is_narrowed_by_a_text_and_by_a_role() {
    let place = Place::new(Store::Sqlite);
    for (email, role) in [(ANN, "admin"), (JANE, "viewer"), ("joan@example.org", "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    let listed = |args: &[&str]| {
        let text = place.program(&["user", "list"]).args(args).run().succeeds();
        let rows = text.strip_prefix("email\taccountRole\n").unwrap();
        rows.lines().map(|row| row.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&["--search", "EXAMPLE.COM"]), [ANN, JANE]);
    assert_eq!(listed(&["--role", "viewer"]), [JANE, "joan@example.org"]);
    assert_eq!(listed(&["--role", "viewer", "--search", "example.org"]), ["joan@example.org"]);
    assert_eq!(listed(&["--search", "%"]), [""; 0]);
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let place = Place::new(Store::Sqlite);
    place.cli(&["licence", "install", &vendor::team(1000)]).succeeds();
    let users: Vec<_> = (0..500)
        .map(|n| json!({"email": format!("user{n}@example.com"), "accountRole": "viewer"}))
        .collect();
    place.file("users.json", &json!(users).to_string());
    place.cli(&["user", "import", "users.json"]).succeeds();
    let cases: [&[&str]; 5] = [
        &["user", "list"],
        &["user", "list", "--json"],
        &["user", "export"],
        &["user", "export", "--json"],
        &["user", "export", "-", "--format", "json"],
    ];
    for args in cases {
        let mut child = place.program(args).spawn();
        drop(child.stdout.take());
        let stderr = Captured::from(child.stderr.take().unwrap());
        let code = exit_code(&mut child, &stderr);
        assert_eq!((code, stderr.whole().as_str()), (Some(0), ""), "{args:?}");
    }
}
