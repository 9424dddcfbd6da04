//! `user export`, and that what it writes can be imported again.

use std::fs;

use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    vendor,
};

on_both_stores!(what_was_exported_can_be_imported_elsewhere_and_here);

const CSV: &str = "email,accountRole,dataDomainRoles\n\
    ann@example.com,admin,\n\
    bob@example.com,none,HR West=viewer;sales=editor\n\
    o'hara+x=y@example.com,viewer,\n";

/// An ENTERPRISE directory with the data domains that the file names.
fn enterprise(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["licence", "install", &vendor::enterprise()]).succeeds();
    for name in ["sales", "HR West"] {
        place.cli(&["data-domain", "add", name]).succeeds();
    }
    place
}

fn what_was_exported_can_be_imported_elsewhere_and_here(store: Store) {
    let first = enterprise(store);
    first.cli_with(&["user", "import", "-", "--format", "csv"], CSV).succeeds();
    let listed = first.cli(&["user", "list"]).succeeds();
    for name in ["users.csv", "users.json"] {
        let exported = first.cli(&["user", "export", name]);
        assert_eq!(exported.stderr, format!("wrote 3 users to {name}\n"));
        assert_eq!(exported.succeeds(), "");
        let again = first.cli(&["user", "import", name, "--update"]).succeeds();
        assert_eq!(again, "added 0, changed 0, left 3 as they were\n");
        let second = enterprise(store);
        second.file(name, &first.read(name));
        let said = second.cli(&["user", "import", name]).succeeds();
        assert_eq!(said, "added 3, changed 0, left 0 as they were\n");
        assert_eq!(second.cli(&["user", "list"]).succeeds(), listed);
    }
    assert_eq!(first.read("users.csv"), CSV);
}

#[test]
fn standard_output_is_csv_unless_said_otherwise() {
    let place = Place::new(Store::Sqlite);
    let header = "email,accountRole,dataDomainRoles\n";
    assert_eq!(place.cli(&["user", "export"]).succeeds(), header);
    assert_eq!(place.cli(&["user", "export", "--json"]).json(), json!([]));
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    let csv = format!("{header}ann@example.com,admin,\n");
    let json = json!([{"email": "ann@example.com", "accountRole": "admin"}]);
    assert_eq!(place.cli(&["user", "export", "-"]).succeeds(), csv);
    assert_eq!(place.cli(&["user", "export", "--json", "--format", "csv"]).succeeds(), csv);
    assert_eq!(place.cli(&["user", "export", "--json"]).json(), json);
    assert_eq!(place.cli(&["user", "export", "--format", "json"]).json(), json);
}

#[test]
fn the_name_or_the_flag_tells_the_format_and_an_old_file_is_replaced() {
    let place = Place::new(Store::Sqlite);
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    place.file("users.json", &"old ".repeat(1000));
    place.cli(&["user", "export", "users.json"]).succeeds();
    let json = json!([{"email": "ann@example.com", "accountRole": "admin"}]);
    let read: serde_json::Value = serde_json::from_str(&place.read("users.json")).unwrap();
    assert_eq!(read, json);
    place.cli(&["user", "export", "backup", "--format", "csv"]).succeeds();
    assert!(place.read("backup").ends_with("\nann@example.com,admin,\n"));
    let said = place.cli(&["user", "export", "backup.txt"]).fails(1);
    assert!(said.contains("say --format csv or --format json"), "{said}");
    place.cli(&["user", "export", "--format", "xml"]).fails(2);
}

#[test]
fn a_file_that_cannot_be_written_is_refused_and_leaves_nothing_behind() {
    let place = Place::new(Store::Sqlite);
    let said = place.cli(&["user", "export", "missing/users.csv"]).fails(1);
    assert!(said.contains("cannot write missing/users.csv: No such file"), "{said}");
    fs::create_dir(place.folder().join("folder.csv")).unwrap();
    let said = place.cli(&["user", "export", "folder.csv"]).fails(1);
    assert!(said.contains("cannot write folder.csv"), "{said}");
    let files = fs::read_dir(place.folder()).unwrap().flatten();
    let left: Vec<_> = files
        .map(|file| file.file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("users.db") && name != "folder.csv")
        .collect();
    assert_eq!(left, [""; 0]);
}
