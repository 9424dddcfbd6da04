//! U2: what raw SQL does to the audit trail, once its triggers are dropped, is found.

use serde_json::Value;

use crate::place::{Place, Store, on_both_stores};

on_both_stores!(
    every_edit_in_the_database_is_found_and_named,
    an_end_that_was_cut_off_is_found_by_who_has_an_export_or_the_head,
    a_trail_that_was_written_anew_is_found_by_who_has_an_export,
    the_triggers_keep_the_trail_as_it_is,
);

/// Six entries, four of them with a state before.
pub(crate) fn six(store: Store) -> Place {
    let place = Place::new(store);
    for (email, role) in [("ann@example.com", "admin"), ("bob@example.com", "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    for role in ["editor", "operator", "viewer", "none"] {
        place.cli(&["user", "set-role", "bob@example.com", role]).succeeds();
    }
    place
}

fn verify(place: &Place) -> Value {
    place.cli(&["audit", "verify", "--json"]).json()
}

const EDITED: &str = "entry 3 was edited";

const EDITS: &[(&str, &str)] = &[
    ("UPDATE audit SET sequence = 106 WHERE sequence = 6", "or entry 106 was edited"),
    ("UPDATE audit SET sequence = -6 WHERE sequence = 6", "entry 0 is out of order"),
    (
        "UPDATE audit SET id = (SELECT id FROM users WHERE email = 'ann@example.com') WHERE sequence = 3",
        EDITED,
    ),
    ("UPDATE audit SET at = at + 1 WHERE sequence = 3", EDITED),
    ("UPDATE audit SET at = 9223372036854775807 WHERE sequence = 3", EDITED),
    ("UPDATE audit SET actor = 'eve@example.com' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET action = 'user_created' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET action = '' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET subject = 'ann@example.com' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET before_state = '{\"accountRole\":\"admin\"}' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET before_state = NULL WHERE sequence = 3", EDITED),
    ("UPDATE audit SET after_state = '{\"accountRole\": \"editor\"}' WHERE sequence = 3", EDITED),
    ("UPDATE audit SET after_state = '{' WHERE sequence = 3", EDITED),
    (
        "UPDATE audit SET before_state = after_state, after_state = before_state WHERE sequence = 3",
        EDITED,
    ),
    (
        "UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 2) WHERE sequence = 3",
        EDITED,
    ),
    ("UPDATE audit SET hash = NULL WHERE sequence = 3", "entry 3 has no hash"),
    ("UPDATE audit SET hash = NULL", "entry 1 has no hash"),
    ("UPDATE audit SET subject = 'ann@example.com' WHERE sequence = 6", "entry 6 was edited"),
    ("DELETE FROM audit WHERE sequence = 3", "entries 3 to 3 are missing"),
    ("DELETE FROM audit WHERE sequence <= 2", "entries 1 to 2 are missing"),
    (
        "DELETE FROM audit WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 4",
        EDITED,
    ),
    (
        "UPDATE audit SET sequence = 0 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 4; \
         UPDATE audit SET sequence = 4 WHERE sequence = 0",
        EDITED,
    ),
    (
        "INSERT INTO audit (sequence, id, at, actor, action, subject, hash) \
         SELECT 7, u.id, 0, 'ann@example.com', 'signed_in', 'ann@example.com', a.hash \
         FROM audit a, users u WHERE a.sequence = 6 AND u.email = 'ann@example.com'",
        "entry 7 was edited, moved or put in",
    ),
    (
        "INSERT INTO audit (sequence, id, at, actor, action, subject) \
         SELECT 7, u.id, 0, 'ann@example.com', 'signed_in', 'ann@example.com' \
         FROM users u WHERE u.email = 'ann@example.com'",
        "entry 7 has no hash",
    ),
];

fn every_edit_in_the_database_is_found_and_named(store: Store) {
    let place = six(store);
    let whole = verify(&place);
    place.drop_audit_guards();
    place.raw("CREATE TABLE whole AS SELECT * FROM audit");
    for (edit, expected) in EDITS {
        place.raw(edit);
        // The start of another program does not mend that.
        for _ in 0..2 {
            let said = place.cli(&["audit", "verify"]).fails(1);
            assert!(said.contains(expected), "{edit}: {said}");
        }
        let listed = place.cli(&["audit", "list", "--json"]).json();
        assert!(listed.as_array().unwrap().len() >= 4, "{edit}: {listed}");
        let said = place.program(&["audit", "export"]).run();
        assert_eq!(said.code, Some(1), "{edit}");
        assert!(said.stdout.contains("\"entries\":"), "it is exported as it stands: {edit}");
        assert!(said.stderr.contains(expected), "{edit}: {}", said.stderr);
        place.raw("DELETE FROM audit; INSERT INTO audit SELECT * FROM whole");
        assert_eq!(verify(&place), whole, "{edit}");
    }
}

fn an_end_that_was_cut_off_is_found_by_who_has_an_export_or_the_head(store: Store) {
    let place = six(store);
    let head = verify(&place)["head"]["hash"].as_str().unwrap().to_owned();
    place.cli(&["audit", "export", "trail.jsonl"]).succeeds();
    place.drop_audit_guards();
    place.raw("DELETE FROM audit WHERE sequence > 4");
    assert_eq!(verify(&place)["entries"], 4, "by itself it holds");
    let against = ["audit", "verify", "--against", "trail.jsonl"];
    let said = place.cli(&against).fails(1);
    assert!(said.contains("ends with entry 4, and entry 6 is known to follow"), "{said}");
    let said = place.cli(&["audit", "verify", "--head", &head]).fails(1);
    assert!(said.contains(&format!("no entry has the hash {head}")), "{said}");
    // What comes in its place does not hide it.
    for role in ["editor", "viewer", "editor"] {
        place.cli(&["user", "set-role", "bob@example.com", role]).succeeds();
    }
    assert_eq!(verify(&place)["entries"], 7);
    let said = place.cli(&against).fails(1);
    assert!(said.contains("entry 5 is not the one that is known"), "{said}");
    place.cli(&["audit", "verify", "--head", &head]).fails(1);
    place.raw("DELETE FROM audit");
    let said = place.cli(&against).fails(1);
    assert!(said.contains("ends with entry 0, and entry 6 is known to follow"), "{said}");
}

fn a_trail_that_was_written_anew_is_found_by_who_has_an_export(store: Store) {
    let (place, other) = (six(store), six(store));
    other.cli(&["audit", "export", "trail.jsonl"]).succeeds();
    place.file("other.jsonl", &other.read("trail.jsonl"));
    let said = place.cli(&["audit", "verify", "--against", "other.jsonl"]).fails(1);
    assert!(said.contains("entry 1 is not the one that is known"), "{said}");
}

fn the_triggers_keep_the_trail_as_it_is(store: Store) {
    let place = six(store);
    let whole = verify(&place);
    // An addition with a made-up hash is the one thing that they cannot tell.
    for (edit, _) in EDITS.iter().filter(|(edit, _)| !edit.contains("a.hash")) {
        assert!(place.try_raw(edit).is_err(), "{edit}");
    }
    assert_eq!(verify(&place), whole);
}
