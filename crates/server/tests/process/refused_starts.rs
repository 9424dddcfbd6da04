//! Starts that must not succeed: each ends with its exit code, says why, and changes nothing.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _};

use crate::{
    place::{Place, Store, on_both_stores},
    vendor,
};

on_both_stores!(a_database_of_a_newer_version_is_refused_until_the_program_is_updated);

fn a_database_of_a_newer_version_is_refused_until_the_program_is_updated(store: Store) {
    let place = Place::new(store);
    place.cli(&["migrate"]).succeeds();
    let later = "INSERT INTO _sqlx_migrations \
        (version, description, installed_on, success, checksum, execution_time) \
        SELECT 9999, description, installed_on, success, checksum, execution_time \
        FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(place.raw(later), 1);
    for program in [place.server(), place.program(&["user", "list"])] {
        let said = program.run().fails(1);
        assert!(said.contains("9999") && said.contains("update this program"), "{said}");
    }
}

#[test]
fn no_authentication_on_all_addresses_is_refused() {
    let place = Place::new(Store::Sqlite);
    for address in ["0.0.0.0:0", "[::]:0"] {
        let program = place.program(&["serve", "--listen", address, "--authentication", "none"]);
        let said = program.run().fails(1);
        assert!(said.contains("--authentication none is only allowed on a loopback"), "{said}");
    }
    let program = place.program(&["serve", "--listen", "0.0.0.0:0"]);
    program.env("DQOPS_USERS_AUTHENTICATION", "none").run().fails(1);
    assert!(!place.folder().join("users.db").exists());
}

#[test]
fn a_taken_port_is_refused_before_anything_else_happens() {
    let place = Place::new(Store::Sqlite);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = place.program(&["serve", "--listen", &address]).run().fails(1);
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    assert!(!place.folder().join("users.db").exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_with_its_name() {
    let place = Place::new(Store::Sqlite);
    place.file("file", "not a folder");
    for args in [["serve", "--listen", "127.0.0.1:0"].as_slice(), &["migrate"]] {
        let program = place.bare_program(args);
        let said = program.args(&["--database-url", "sqlite://file/deeper/users.db"]).run();
        let said = said.fails(1);
        assert!(said.contains("cannot write to file/deeper"), "{said}");
    }
}

/// Else, in the wrong folder, it would look as if all users were gone.
#[test]
fn only_the_server_and_migrate_make_a_directory() {
    let place = Place::new(Store::Sqlite);
    let cases: [&[&str]; 5] = [
        &["user", "list"],
        &["user", "add", "ann@example.com", "--role", "admin"],
        &["recover-admin", "ann@example.com"],
        &["licence", "show"],
        &["user", "export"],
    ];
    for args in cases {
        let said = place.bare_program(args).run().fails(1);
        let file = place.folder().canonicalize().unwrap().join("data/users.db");
        let reason = format!("there is no directory in {}", file.display());
        assert!(said.contains(&reason) && said.contains("--database-url"), "{said}");
        assert!(!place.folder().join("data").exists(), "{args:?} made one");
    }
    place.bare_program(&["migrate"]).run().succeeds();
    place.bare_program(&["user", "list"]).run().succeeds();
}

#[test]
fn the_database_is_for_its_owner_alone() {
    let place = Place::new(Store::Sqlite);
    let program = place.bare_program(&["serve", "--listen", "127.0.0.1:0"]);
    let server = program.start();
    server.set_up();
    let mode = |path: &str| {
        let found = fs::metadata(place.folder().join("data").join(path)).unwrap();
        found.permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for file in ["users.db", "users.db-wal", "users.db-shm"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_and_stays_as_it_is() {
    let place = Place::new(Store::Sqlite);
    let text = "something precious ".repeat(1000);
    place.file("users.db", &text);
    let said = place.server().run().fails(1);
    assert!(said.contains("users.db"), "{said}");
    assert!(place.read("users.db") == text, "the file was changed");
}

#[test]
fn a_postgres_that_is_not_there_is_refused_without_its_password() {
    let place = Place::new(Store::Sqlite);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://u:s3cret@127.0.0.1:{port}/d");
    let said = place.server().args(&["--database-url", &url]).run().fails(1);
    assert!(said.contains(&format!("cannot open postgres://u:***@127.0.0.1:{port}/d")), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_licence_that_does_not_count_is_refused_without_repeating_it() {
    let place = Place::new(Store::Sqlite);
    let good = vendor::team(50);
    let (start, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    for (bad, reason) in [
        (format!("{start}.{other}{}", &signature[1..]), "signature is not the vendor's"),
        (start.to_owned(), "not a licence token"),
        ("nonsense".to_owned(), "not a licence token"),
    ] {
        let said = place.server().args(&["--licence", &bad]).run().fails(1);
        assert!(said.contains("--licence") && said.contains(reason), "{said}");
        assert!(!said.contains(&bad), "{said}");
    }
    let said = place.server().args(&["--licence-file", "missing"]).run().fails(1);
    assert!(said.contains("cannot read missing"), "{said}");
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let place = Place::new(Store::Sqlite);
    let said = place.server().args(&["--password-min-length", "7"]).run().fails(1);
    assert!(said.contains("--password-min-length must be from 8 to 256"), "{said}");
    for (url, reason) in [
        ("mysql://localhost/users", "it begins with sqlite:// or postgres://"),
        ("sqlite://:memory:", "sqlite://data/users.db"),
        ("postgres://u:s3cret@host:port/d", "postgres://user:password@host"),
    ] {
        let said = place.server().args(&["--database-url", url]).run().fails(1);
        assert!(said.contains(reason) && !said.contains("s3cret"), "{said}");
    }
}

#[test]
fn what_is_typed_wrong_is_wrong_usage() {
    let place = Place::new(Store::Sqlite);
    let cases: [&[&str]; 8] = [
        &["--nonsense"],
        &["serve", "--nonsense"],
        &["nonsense"],
        &["user"],
        &["--listen", "here"],
        &["--authentication", "maybe"],
        &["--max-connections", "0"],
        &["--api-key-days", "0"],
    ];
    for args in cases {
        let said = place.program(args).run().fails(2);
        assert!(said.contains("--help"), "{args:?}: {said}");
    }
    assert!(!place.folder().join("users.db").exists());
}
