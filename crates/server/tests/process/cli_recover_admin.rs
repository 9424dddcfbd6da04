//! `recover-admin`: the way back in when nobody can administer the directory any more.

use dqops_users_domain::audit::{Action, Actor};
use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    server::ADMIN,
    vendor::{self, Terms},
};

on_both_stores!(
    an_admin_is_made_promoted_or_reset_and_the_trail_says_so,
    no_licence_stands_in_the_way_of_the_only_admin,
    the_set_up_code_of_a_running_server_ends,
);

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "purple turtles dance at noon";

fn an_admin_is_made_promoted_or_reset_and_the_trail_says_so(store: Store) {
    let place = Place::new(store);
    let made = place.cli(&["recover-admin", "Ann@Example.com"]);
    assert_eq!(made.stderr, format!("next: dqops-users api-key issue {ANN}\n"));
    assert_eq!(made.succeeds(), format!("added {ANN} as admin\n"));
    let said = place.cli(&["recover-admin", ANN]).succeeds();
    assert_eq!(said, format!("{ANN} was admin already\n"));
    let bob = "bob@example.com";
    place.cli(&["user", "add", bob, "--role", "none"]).succeeds();
    let promoted = place.cli(&["recover-admin", bob, "--json"]).json();
    assert_eq!(promoted, json!({"email": bob, "done": "promoted"}));
    assert_eq!(place.password_hash(ANN), None);
    let args = ["recover-admin", ANN, "--set-password", "--json"];
    let reset = place.cli_with(&args, &format!("{PASSWORD}\n")).json();
    assert_eq!(reset, json!({"email": ANN, "done": "reset"}));
    assert!(place.password_hash(ANN).unwrap().starts_with("$argon2id$"));
    let listed = place.cli(&["user", "list"]).succeeds();
    assert_eq!(listed, format!("email\taccountRole\n{ANN}\tadmin\n{bob}\tadmin\n"));

    let trail = place.audit();
    assert!(trail.iter().all(|entry| entry.actor == Actor::LocalOperator), "{trail:?}");
    let recovered: Vec<_> = trail
        .iter()
        .rev()
        .filter(|entry| entry.action == Action::AdminRecovered)
        .map(|entry| entry.subject.as_str())
        .collect();
    assert_eq!(recovered, [ANN, ANN, bob, ANN]);
    let newest: Vec<_> = trail.iter().take(2).map(|entry| entry.action).collect();
    assert_eq!(newest, [Action::AdminRecovered, Action::PasswordChanged]);
}

fn no_licence_stands_in_the_way_of_the_only_admin(store: Store) {
    let place = Place::new(store);
    place.cli(&["user", "add", ANN, "--role", "none"]).succeeds();
    place.cli(&["user", "add", "b@example.com", "--role", "none"]).succeeds();
    let expires = Some("2026-01-02T00:00:00Z");
    let recover = |email| place.cli_with(&["recover-admin", email, "--set-password"], PASSWORD);
    for (terms, done) in [
        (Terms { expires, ..Terms::default() }, "is admin now"),
        (Terms { kind: "FREE", ..Terms::default() }, "was admin already"),
    ] {
        place.cli(&["licence", "install", &vendor::sign_terms(&terms)]).succeeds();
        assert_eq!(recover(ANN).succeeds(), format!("{ANN} {done}\n"));
        assert!(place.password_hash(ANN).is_some());
        // Beside an admin it would only give more rights.
        for email in ["b@example.com", "new@example.com"] {
            let said = recover(email).fails(1);
            assert!(said.contains("licence"), "{said}");
        }
    }
    let users = "email\taccountRole\nann@example.com\tadmin\nb@example.com\tnone\n";
    assert_eq!(place.cli(&["user", "list"]).succeeds(), users);
}

fn the_set_up_code_of_a_running_server_ends(store: Store) {
    let place = Place::new(store);
    let server = place.server().start();
    let code = server.setup_code().unwrap();
    place.cli(&["recover-admin", ADMIN]).succeeds();
    let sent = json!({"code": code, "email": "mallory@example.com"});
    server.anonymous().post("/api/setup", &sent).refuses(409, "already_set_up");
    let key = place.cli(&["api-key", "issue", ADMIN]).succeeds();
    assert_eq!(server.client(key.trim_end()).emails(), [ADMIN]);
}

#[test]
fn a_password_that_is_refused_makes_no_admin() {
    let place = Place::new(Store::Sqlite);
    for (input, reason) in [("", "no password came"), ("short\n", "too short")] {
        let said = place.cli_with(&["recover-admin", ANN, "--set-password"], input).fails(1);
        assert!(said.contains(reason), "{said}");
    }
    place.cli(&["recover-admin"]).fails(2);
    place.cli(&["recover-admin", "nobody"]).fails(2);
    assert_eq!(place.cli(&["user", "list", "--json"]).json(), json!([]));
    assert_eq!(place.audit(), []);
}
