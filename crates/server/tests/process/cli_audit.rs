//! `audit list | export | verify`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};

use crate::place::{Place, Store, on_both_stores};

on_both_stores!(
    what_was_done_is_listed_exported_and_verified,
    an_export_is_the_beginning_of_the_trail_as_long_as_nobody_touches_it,
);

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

/// Three entries.
fn with_ann_and_bob(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    place.cli(&["user", "add", BOB, "--role", "viewer"]).succeeds();
    place.cli(&["user", "set-role", BOB, "editor"]).succeeds();
    place
}

fn head(place: &Place) -> Value {
    place.cli(&["audit", "verify", "--json"]).json()["head"].clone()
}

fn what_was_done_is_listed_exported_and_verified(store: Store) {
    let place = with_ann_and_bob(store);
    let listed = place.cli(&["audit", "list"]).succeeds();
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines[0], ["number", "time", "actor", "action", "subject", "before", "after"]);
    assert_eq!(lines.len(), 4);
    let viewer = r#"{"accountRole":"viewer"}"#;
    let editor = r#"{"accountRole":"editor"}"#;
    assert_eq!(lines[1][2..], ["(local operator)", "user_updated", BOB, viewer, editor]);
    assert_eq!((lines[1][0], lines[3][0], lines[3][4]), ("3", "1", ANN));

    let entries = place.cli(&["audit", "list", "--json"]).json();
    let exported = place.cli(&["audit", "export"]).succeeds();
    let lines: Vec<Value> = exported.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let mut falling = lines[..3].to_vec();
    falling.reverse();
    assert_eq!(json!(falling), entries);
    let summary = json!({"entries": 3, "head": {"number": 3, "hash": entries[0]["hash"]}});
    assert_eq!(lines[3], summary);
    assert_eq!(place.cli(&["audit", "verify", "--json"]).json(), summary);
    let hash = entries[0]["hash"].as_str().unwrap();
    let holds = format!("the audit trail holds: 3 entries, the last is 3 with the hash {hash}\n");
    assert_eq!(place.cli(&["audit", "verify"]).succeeds(), holds);
}

fn an_export_is_the_beginning_of_the_trail_as_long_as_nobody_touches_it(store: Store) {
    let place = with_ann_and_bob(store);
    let first = head(&place);
    let hash = first["hash"].as_str().unwrap();
    let wrote = format!("wrote 3 entries to trail.jsonl, the last is 3 with the hash {hash}\n");
    assert_eq!(place.cli(&["audit", "export", "trail.jsonl"]).succeeds(), wrote);
    let written = place.read("trail.jsonl");
    let mode = fs::metadata(place.folder().join("trail.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let said = place.cli(&["audit", "export", "trail.jsonl"]).fails(1);
    assert!(said.contains("exists already"), "{said}");
    assert_eq!(place.read("trail.jsonl"), written);
    let summary = place.cli(&["audit", "export", "again.jsonl", "--json"]).json();
    assert_eq!(summary, json!({"entries": 3, "head": first}));
    assert_eq!(place.read("again.jsonl"), written);

    place.cli(&["user", "delete", BOB]).succeeds();
    let holds = place.cli(&["audit", "verify", "--against", "trail.jsonl", "--head", hash]);
    assert!(holds.succeeds().contains("4 entries"));
    place.cli(&["audit", "export", "later.jsonl"]).succeeds();
    // Without the database.
    let verify = |args: &[&str]| place.bare_program(&["audit", "verify"]).args(args).run();
    assert!(verify(&["--file", "trail.jsonl"]).succeeds().contains("3 entries"));
    let offline = ["--file", "later.jsonl", "--against", "trail.jsonl", "--head", hash];
    assert!(verify(&offline).succeeds().contains("4 entries"));
    let said = verify(&["--file", "trail.jsonl", "--against", "later.jsonl"]).fails(1);
    assert!(said.contains("the trail ends with entry 3, and entry 4 is known to follow"), "{said}");
    assert!(!place.folder().join("data").exists());
}

#[test]
fn every_edit_of_an_export_is_found() {
    let place = with_ann_and_bob(Store::Sqlite);
    let exported = place.cli(&["audit", "export"]).succeeds();
    let lines: Vec<&str> = exported.lines().collect();
    let with = |place: usize, line: &str| {
        let mut lines = lines.clone();
        lines[place] = line;
        lines.join("\n")
    };
    let edit = |at: usize, from: &str, to: &str| {
        assert!(lines[at].contains(from), "{from}");
        with(at, &lines[at].replacen(from, to, 1))
    };
    for (edited, expected) in [
        (edit(1, BOB, ANN), "entry 2 was edited"),
        (edit(1, "viewer", "admin"), "entry 2 was edited"),
        (edit(1, ":{\"account", ":{ \"account"), "entry 2 was edited"),
        (edit(1, "\"number\":2", "\"number\":2,\"note\":1"), "line 2 is not an entry"),
        (edit(2, "\"number\":3", "\"number\":4"), "entries 3 to 3 are missing, or entry 4"),
        (edit(3, "\"entries\":3", "\"entries\":2"), "has 2 entries"),
        (with(1, lines[2]), "entries 2 to 2 are missing"),
        (with(1, lines[0]), "entry 1 is out of order: it comes after entry 1"),
        (with(1, ""), "line 2 is not an entry"),
        ([lines[0], lines[1], lines[3]].join("\n"), "ends with entry 3, but 2 stand there"),
        (lines[..3].join("\n"), "there is no last line"),
        (String::new(), "there is no last line"),
        (format!("{exported}{}\n", lines[2]), "put in after the last line"),
    ] {
        place.file("edited.jsonl", &edited);
        for args in [["--file", "edited.jsonl"], ["--against", "edited.jsonl"]] {
            let said = place.cli(&["audit", "verify"]).code;
            assert_eq!(said, Some(0));
            let said = place.program(&["audit", "verify"]).args(&args).run().fails(1);
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }
}

#[test]
fn an_empty_trail_is_exported_and_verified() {
    let place = Place::new(Store::Sqlite);
    let empty = "{\"entries\":0,\"head\":{\"number\":0,\"hash\":null}}\n";
    assert_eq!(place.cli(&["audit", "export"]).succeeds(), empty);
    place.cli(&["audit", "export", "empty.jsonl"]).succeeds();
    let said = place.cli(&["audit", "verify", "--file", "empty.jsonl"]).succeeds();
    assert_eq!(said, "the audit trail is empty\n");
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    place.cli(&["audit", "verify", "--against", "empty.jsonl"]).succeeds();
}

#[test]
fn the_list_is_filtered_and_as_long_as_is_wanted() {
    let place = with_ann_and_bob(Store::Sqlite);
    let rows: Vec<_> = (0..1500).map(|row| format!("user{row}@example.com,viewer\n")).collect();
    place.cli(&["licence", "install", &crate::vendor::team(2000)]).succeeds();
    let csv = format!("email,accountRole\n{}", rows.concat());
    place.cli_with(&["user", "import", "-", "--format", "csv"], &csv).succeeds();
    let numbers = |args: &[&str]| -> Vec<u64> {
        place.migrate();
        let listed = place.program(&["audit", "list", "--json"]).args(args).run().json();
        let listed = listed.as_array().unwrap();
        listed.iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&[]).len(), 100);
    assert_eq!(numbers(&["--limit", "1400"]), (105..=1504).rev().collect::<Vec<_>>());
    assert_eq!(numbers(&["--limit", "9999"]).len(), 1504);
    assert_eq!(numbers(&["--user", "BOB@example.com"]), [3, 2]);
    assert_eq!(numbers(&["--user", BOB, "--action", "user_created"]), [2]);
    assert_eq!(numbers(&["--since", "2020-01-01", "--limit", "1"]), [1504]);
    assert_eq!(numbers(&["--until", "2020-01-01T00:00:00Z"]), [0; 0]);
    for args in [["--action", "done"], ["--since", "today"], ["--limit", "0"]] {
        let refused = place.program(&["audit", "list"]).args(&args).run();
        assert_eq!(refused.code, Some(2), "{refused:?}");
    }
    let said = place.cli(&["audit", "list", "--user", " "]).fails(1);
    assert!(said.contains("user"), "{said}");
    assert_eq!(place.cli(&["audit", "verify", "--head", "abc"]).code, Some(2));
}

#[test]
fn an_export_that_cannot_be_written_leaves_nothing_behind() {
    let place = with_ann_and_bob(Store::Sqlite);
    let said = place.cli(&["audit", "export", "missing/trail.jsonl"]).fails(1);
    assert!(said.contains("cannot write missing/trail.jsonl: No such file"), "{said}");
    let said = place.cli(&["audit", "verify", "--against", "missing.jsonl"]).fails(1);
    assert!(said.contains("cannot read missing.jsonl: No such file"), "{said}");
    let files = fs::read_dir(place.folder()).unwrap().flatten();
    let names = files.map(|file| file.file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| !name.starts_with("users.db")).collect();
    assert_eq!(left, [""; 0]);
}
