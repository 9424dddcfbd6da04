//! `copy`: from either kind of database to either kind, and nothing but the whole.

use serde_json::json;

use crate::{
    backups::{ADMIN, count, empty_places, with_users},
    place::{Store, on_both_stores},
    trail::whole_directory,
};

on_both_stores!(
    a_directory_moves_to_either_kind_of_database,
    the_url_may_stand_in_a_file_and_is_shown_without_its_password,
    a_directory_that_is_there_is_not_touched,
);

fn a_directory_moves_to_either_kind_of_database(store: Store) {
    let source = with_users(store, 120);
    let key = source.cli(&["api-key", "issue", ADMIN]).succeeds();
    let before = whole_directory(&source);
    for target in empty_places() {
        let copy = ["copy", "--from", source.url(), "--to", target.url()];
        let shown = source.bare_program(&copy).run().succeeds();
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines[0], ["table", "rows", "compared"]);
        assert!(lines[1..].iter().all(|line| line[1] == line[2]), "{shown}");
        assert!(lines.contains(&vec!["users", "121", "121"]), "{shown}");
        assert!(lines.contains(&vec!["api_keys", "1", "1"]), "{shown}");
        assert_eq!(whole_directory(&target), before);
        assert_eq!(target.cli(&["audit", "verify", "--json"]).json()["entries"], 124);
        let server = target.server().start();
        assert_eq!(server.client(key.trim_end()).emails().len(), 121);
        // The source is as it was.
        assert_eq!(whole_directory(&source), before);
        assert_eq!(source.cli(&["audit", "verify", "--json"]).json()["entries"], 123);
    }
}

fn the_url_may_stand_in_a_file_and_is_shown_without_its_password(store: Store) {
    let source = with_users(store, 3);
    for target in empty_places() {
        let (from, to) = (source.file("from", source.url()), source.file("to", target.url()));
        let [from, to] = [&from, &to].map(|file| file.to_str().unwrap());
        let copy = ["copy", "--from-file", from, "--to-file", to, "--json"];
        let said = source.bare_program(&copy).run().json();
        assert!(
            said["tables"]
                .as_array()
                .unwrap()
                .contains(&json!({"table": "users", "rows": 4, "compared": 4}))
        );
        assert_eq!(count(&target), 4);
    }
    let nowhere = "postgres://eve:s3cret@127.0.0.1:1/nowhere";
    let said = source.program(&["copy", "--to", nowhere]).run().fails(1);
    assert!(said.contains("postgres://eve:***@127.0.0.1:1/nowhere"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

fn a_directory_that_is_there_is_not_touched(store: Store) {
    let source = with_users(store, 3);
    let said = source.program(&["copy", "--to", source.url()]).run().fails(1);
    assert!(said.contains("is not empty"), "{said}");
    for other in [Store::Sqlite, Store::Postgres] {
        let target = with_users(other, 1);
        let said = source.program(&["copy", "--to", target.url()]).run().fails(1);
        assert!(said.contains("users is not empty"), "{said}");
        assert_eq!(count(&target), 2);
    }
    assert_eq!(count(&source), 4);
    let said = source.bare_program(&["copy", "--to", source.url()]).run().fails(1);
    assert!(said.contains("there is no directory in"), "{said}");
    let said = source.program(&["copy"]).run();
    assert_eq!(said.code, Some(2), "{said:?}");
}
