//! `api-key issue | list | revoke`.

use dqops_users_domain::audit::{Action, Actor};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::place::{Place, Store, on_both_stores};

on_both_stores!(
    issue_prints_the_bare_key_and_nothing_else,
    keys_are_listed_without_their_secret_and_revoked_by_their_id,
);

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

fn with_ann_and_bob(store: Store) -> Place {
    let place = Place::new(store);
    for (email, role) in [(ANN, "admin"), (BOB, "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    place
}

/// How many days lie between the members `createdAt` and `expiresAt`.
fn days(key: &Value) -> i64 {
    let at = |member: &str| key[member].as_str().unwrap().parse::<Timestamp>().unwrap();
    let held = at("expiresAt").duration_since(at("createdAt"));
    assert_eq!(held, SignedDuration::from_hours(held.as_hours()), "{key}");
    held.as_hours() / 24
}

#[test]
fn a_key_holds_as_long_as_the_setting_says_unless_said_otherwise() {
    let place = with_ann_and_bob(Store::Sqlite);
    let issue = |args: &[&str]| {
        let program = place.program(&["api-key", "issue", ANN, "--json"]).args(args);
        program.env("DQOPS_USERS_API_KEY_DAYS", "7").run().json()
    };
    assert_eq!(days(&issue(&[])), 7);
    assert_eq!(days(&issue(&["--days", "30"])), 30);
    assert_eq!(days(&issue(&["--api-key-days", "8"])), 8);
    assert_eq!(issue(&["--never-expires"])["expiresAt"], Value::Null);
}

fn is_key(text: &str) -> bool {
    let secret = text.strip_prefix("dqu_key_").unwrap_or_default();
    secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn issue_prints_the_bare_key_and_nothing_else(store: Store) {
    let place = with_ann_and_bob(store);
    let issued = place.cli(&["api-key", "issue", "Ann@Example.com"]);
    assert!(issued.stderr.contains(" of ann@example.com, holds until 20"), "{}", issued.stderr);
    assert!(issued.stderr.contains("it is not shown again"), "{}", issued.stderr);
    assert!(!issued.stderr.contains("dqu_key_"), "{}", issued.stderr);
    let first = issued.succeeds();
    assert!(is_key(first.strip_suffix('\n').unwrap()), "{first}");
    let args = ["api-key", "issue", BOB, "--name", "night job", "--days", "7", "--json"];
    let second = place.cli(&args).json();
    assert!(is_key(second["apiKey"].as_str().unwrap()), "{second}");
    assert_ne!(second["apiKey"], first.trim_end());
    assert_eq!((&second["email"], &second["name"]), (&BOB.into(), &"night job".into()));
    let endless = place.cli(&["api-key", "issue", ANN, "--never-expires"]);
    assert!(endless.stderr.contains("holds until it is revoked"), "{}", endless.stderr);

    let server = place.server().start();
    for key in [first.trim_end(), second["apiKey"].as_str().unwrap(), endless.stdout.trim_end()] {
        assert_eq!(server.client(key).emails(), [ANN, BOB]);
    }
}

fn keys_are_listed_without_their_secret_and_revoked_by_their_id(store: Store) {
    let place = with_ann_and_bob(store);
    assert_eq!(
        place.cli(&["api-key", "list"]).succeeds(),
        "id\temail\tname\tcreated\texpires\tused\n"
    );
    place.cli(&["api-key", "issue", ANN]).succeeds();
    place.cli(&["api-key", "issue", ANN, "--never-expires", "--name", "for ever"]).succeeds();
    let of_bob = place.cli(&["api-key", "issue", BOB, "--days", "7", "--json"]).json();
    let all = place.cli(&["api-key", "list", "--json"]);
    assert!(!all.stdout.contains("dqu_key_"), "{}", all.stdout);
    let all = all.json();
    let find = |name: &str| all.as_array().unwrap().iter().find(|key| key["name"] == name).unwrap();
    assert_eq!(days(find("issued on the command line")), 90);
    assert_eq!(find("for ever")["expiresAt"], Value::Null);
    let of_one = place.cli(&["api-key", "list", BOB, "--json"]).json();
    assert_eq!(of_one.as_array().unwrap().len(), 1, "{of_one}");
    assert_eq!((days(&of_one[0]), &of_one[0]["id"]), (7, &of_bob["id"]));

    let columns = place.cli(&["api-key", "list"]).succeeds();
    let for_ever = columns.lines().find(|line| line.contains("for ever")).unwrap();
    let cells: Vec<_> = for_ever.split('\t').collect();
    assert_eq!((cells.len(), cells[1], cells[2], cells[4]), (6, ANN, "for ever", "never"));
    let said = place.cli(&["api-key", "revoke", cells[0]]).succeeds();
    assert_eq!(said, format!("revoked {}\n", cells[0]));
    let left = place.cli(&["api-key", "list", ANN]).succeeds();
    assert!(left.lines().count() == 2 && !left.contains(cells[0]), "{left}");
    place.cli(&["user", "delete", BOB]).succeeds();
    assert!(!place.cli(&["api-key", "list"]).succeeds().contains(BOB));

    let trail: Vec<_> = place.audit().into_iter().rev().skip(2).collect();
    let actions: Vec<_> = trail.iter().map(|entry| entry.action).collect();
    let issued = [Action::ApiKeyIssued; 3];
    assert_eq!(actions, [&issued[..], &[Action::ApiKeyRevoked, Action::UserDeleted]].concat());
    assert!(trail.iter().all(|entry| entry.actor == Actor::LocalOperator), "{trail:?}");
    assert_eq!(trail[3].before.as_ref().unwrap()["id"], cells[0]);
}

#[test]
fn what_cannot_be_issued_or_revoked_is_refused() {
    let place = with_ann_and_bob(Store::Sqlite);
    let id = place.cli(&["api-key", "issue", ANN, "--json"]).json()["id"].clone();
    let id = id.as_str().unwrap();
    place.cli(&["api-key", "revoke", id, "--json"]).succeeds();
    let long = "x".repeat(101);
    let cases: [(&[&str], i32, &str); 10] = [
        (&["revoke", id], 1, "there is no such API key"),
        (&["revoke", "00000000-0000-0000-0000-000000000000"], 1, "there is no such API key"),
        (&["issue", "eve@example.com"], 1, "there is no user eve@example.com"),
        (&["list", "eve@example.com"], 1, "there is no user eve@example.com"),
        (&["issue", ANN, "--name", ""], 1, "name: 1 to 100 characters"),
        (&["issue", ANN, "--name", &long], 1, "name: 1 to 100 characters"),
        (&["issue", ANN, "--name", "a\tb"], 1, "name: 1 to 100 characters"),
        (&["revoke", "nonsense"], 2, "nonsense"),
        (&["issue", ANN, "--days", "0"], 2, "--days"),
        (&["issue", ANN, "--days", "5", "--never-expires"], 2, "--never-expires"),
    ];
    for (args, code, reason) in cases {
        let said = place.program(&["api-key"]).args(args).run().fails(code);
        assert!(said.contains(reason), "{args:?}: {said}");
    }
    assert_eq!(place.cli(&["api-key", "list", "--json"]).json(), Value::Array(Vec::new()));
}
