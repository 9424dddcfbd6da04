//! `licence show | install | remove`.

use dqops_users_domain::audit::{Action, Actor};
use serde_json::{Value, json};

use crate::{
    place::{Place, Store, on_both_stores},
    vendor::{self, Terms},
};

on_both_stores!(a_licence_is_installed_shown_and_removed);

fn shown(place: &Place) -> Value {
    place.cli(&["licence", "show", "--json"]).json()
}

fn a_licence_is_installed_shown_and_removed(store: Store) {
    let place = Place::new(store);
    let evaluation = shown(&place);
    for (member, value) in [
        ("type", json!("TEAM")),
        ("evaluation", json!(true)),
        ("state", json!("valid")),
        ("seats", json!(5)),
        ("users", json!(0)),
    ] {
        assert_eq!(evaluation[member], value, "{evaluation}");
    }
    let terms = Terms {
        kind: "ENTERPRISE",
        seats: 70,
        expires: Some("2099-12-31T00:00:00Z"),
        limits: json!({"dl": 3}),
        ..Terms::default()
    };
    let said = place.cli(&["licence", "install", &vendor::sign_terms(&terms)]).succeeds();
    assert_eq!(said, "installed ENTERPRISE for ACME, 70 seats, until 2099-12-31\n");
    let installed = shown(&place);
    assert_eq!((&installed["evaluation"], &installed["seats"]), (&json!(false), &json!(70)));
    assert_eq!((&installed["customer"], &installed["limits"]), (&"ACME".into(), &json!({"dl": 3})));
    let columns = place.cli(&["licence", "show"]).succeeds();
    assert!(columns.lines().all(|line| line.split('\t').count() == 2), "{columns}");
    for row in ["type\tENTERPRISE", "state\tvalid", "seats\t70", "evaluation\tno"] {
        assert!(columns.lines().any(|line| line == row), "{row} is not in {columns}");
    }
    assert_eq!(place.cli(&["licence", "remove"]).succeeds(), "removed the licence\n");
    assert_eq!(shown(&place), evaluation);
    let said = place.cli(&["licence", "remove"]).fails(1);
    assert!(said.contains("no licence is installed"), "{said}");

    let trail = place.audit();
    let done: Vec<_> = trail.iter().map(|entry| (&entry.actor, entry.action)).collect();
    let operator = &Actor::LocalOperator;
    assert_eq!(done, [(operator, Action::LicenceRemoved), (operator, Action::LicenceInstalled)]);
    assert_eq!(trail[1].after.as_ref().unwrap()["seats"], 70);
}

#[test]
fn a_licence_that_does_not_count_is_refused_and_the_one_in_force_stays() {
    let place = Place::new(Store::Sqlite);
    let good = vendor::team(70);
    place.cli(&["licence", "install", &good]).succeeds();
    let before = shown(&place);
    let (start, signature) = good.rsplit_once('.').unwrap();
    let (prefix, payload) = start.split_once('.').unwrap();
    let flip = |text: &str, at: usize| {
        let other = if text[at..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    let mut bad = vec![
        "nonsense".to_owned(),
        start.to_owned(),
        format!("{start}."),
        format!("{prefix}..{signature}"),
        format!("{good}.{signature}"),
        format!("{start}.{}", flip(signature, 0)),
        format!("{prefix}.{}.{signature}", flip(payload, 40)),
        "x".repeat(10_000),
    ];
    // A payload with more seats under the signature of the one with fewer.
    let greedy = vendor::team(7000);
    bad.push(format!("{}.{signature}", greedy.rsplit_once('.').unwrap().0));
    for token in &bad {
        let said = place.cli(&["licence", "install", token]).fails(1);
        assert!(said.contains("licence: "), "{said}");
        assert!(!said.contains(token.as_str()), "{said}");
    }
    assert_eq!(shown(&place), before);
    let installed = place.audit().iter().filter(|e| e.action == Action::LicenceInstalled).count();
    assert_eq!(installed, 1);
}

#[test]
fn the_token_can_come_in_a_file_or_on_standard_input() {
    let place = Place::new(Store::Sqlite);
    place.file("licence", &format!("  {}\r\n", vendor::team(70)));
    let claims = place.cli(&["licence", "install", "--file", "licence", "--json"]).json();
    assert_eq!((&claims["seats"], &claims["type"]), (&json!(70), &json!("TEAM")));
    let token = vendor::team(80);
    let said = place.cli_with(&["licence", "install", "--file", "-"], &token).succeeds();
    assert_eq!(said, "installed TEAM for ACME, 80 seats, without expiry\n");
    for (args, code, reason) in [
        (&["--file", "missing"][..], 1, "cannot read missing"),
        (&["--file", "."], 1, "cannot read ."),
        (&["--file", "/dev/null"], 1, "not a licence token"),
        (&[""], 1, "not a licence token"),
        (&[], 2, "--file"),
        (&[&token, "--file", "licence"], 2, "--file"),
    ] {
        let said = place.program(&["licence", "install"]).args(args).run().fails(code);
        assert!(said.contains(reason) && !said.contains(&token), "{args:?}: {said}");
    }
    assert_eq!(shown(&place)["seats"], 80);
}

#[test]
fn the_state_tells_when_a_licence_has_lapsed_or_has_too_few_seats() {
    let place = Place::new(Store::Sqlite);
    for (email, role) in [("ann@example.com", "admin"), ("bob@example.com", "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    let install = |terms: &Terms<'_>| {
        place.cli(&["licence", "install", &vendor::sign_terms(terms)]).succeeds();
        shown(&place)["state"].clone()
    };
    let expires = Some("2026-01-02T00:00:00Z");
    assert_eq!(install(&Terms { expires, ..Terms::default() }), "lapsed");
    let said = place.cli(&["user", "add", "eve@example.com", "--role", "none"]).fails(1);
    assert!(said.contains("the licence has lapsed, and with it adding users"), "{said}");
    place.cli(&["user", "set-role", "bob@example.com", "editor"]).fails(1);
    place.cli(&["user", "set-role", "bob@example.com", "none"]).succeeds();
    assert_eq!(install(&Terms { seats: 1, ..Terms::default() }), "over its seats");
    assert_eq!(install(&Terms { kind: "FREE", ..Terms::default() }), "over its seats");
    assert_eq!(install(&Terms { seats: 2, ..Terms::default() }), "valid");
}

#[test]
fn an_evaluation_that_is_over_says_so_and_takes_no_right_away() {
    let place = Place::new(Store::Sqlite);
    for (email, role) in [("ann@example.com", "admin"), ("bob@example.com", "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    assert_eq!(place.raw("UPDATE directory SET started_at = 0"), 1);
    let report = shown(&place);
    assert_eq!((&report["state"], &report["evaluation"]), (&"lapsed".into(), &true.into()));
    assert_eq!(report["expiresAt"], "1970-01-31T00:00:00Z");
    let said = place.cli(&["user", "add", "eve@example.com", "--role", "none"]).fails(1);
    assert!(said.contains("the evaluation has lapsed, and with it adding users"), "{said}");
    place.cli(&["api-key", "issue", "bob@example.com"]).succeeds();
    place.cli_with(&["user", "set-password", "bob@example.com"], "purple turtles dance").succeeds();
    place.cli(&["user", "export"]).succeeds();
    let server = place.server().start();
    assert!(server.banner().contains("lapsed on 1970-01-31"), "{}", server.banner());
    place.cli(&["user", "delete", "bob@example.com"]).succeeds();
    place.cli(&["licence", "install", &vendor::team(2)]).succeeds();
    assert_eq!(shown(&place)["state"], "valid");
}
