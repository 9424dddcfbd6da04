//! The first start on a machine where nothing is, and the ones after it.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    place::{Place, Store, on_both_stores},
    program::Program,
    server::ADMIN,
};

on_both_stores!(
    the_printed_lines_make_the_first_admin_and_list_the_users,
    a_later_start_prints_no_code,
    an_unused_code_is_replaced_by_another_at_the_next_start,
);

/// The command that begins with `start`, up to the next empty line.
fn printed(banner: &str, start: &str) -> String {
    let at = banner.find(start).unwrap_or_else(|| panic!("{start} is not in {banner}"));
    banner[at..].split("\n\n").next().unwrap().to_owned()
}

/// Runs what somebody would copy.
fn bash(command: &str) -> Value {
    let output = Command::new("bash").args(["-c", command]).env("no_proxy", "*").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn the_printed_lines_make_the_first_admin_and_list_the_users(store: Store) {
    let place = Place::new(store);
    let server = place.server().start();
    let banner = server.banner();
    let made = bash(&printed(&banner, "curl -X POST"));
    assert_eq!(made["email"], ADMIN);
    let key = made["apiKey"].as_str().unwrap();
    assert_eq!(banner.matches("YOUR_API_KEY").count(), 1, "{banner}");
    let list = printed(&banner, "curl http").replace("YOUR_API_KEY", key);
    assert_eq!(bash(&list), json!([{"email": ADMIN, "accountRole": "admin"}]));
}

fn a_later_start_prints_no_code(store: Store) {
    let place = Place::new(store);
    let first = place.server().start();
    let admin = first.set_up();
    let (done, _) = first.stop();
    done.succeeds();
    let second = place.server().start();
    let banner = second.banner();
    assert!(!banner.contains("setup"), "{banner}");
    assert!(banner.contains("1 of 5 seats used"), "{banner}");
    assert_eq!(admin.at(second.address()).emails(), [ADMIN]);
}

fn an_unused_code_is_replaced_by_another_at_the_next_start(store: Store) {
    let place = Place::new(store);
    let first = place.server().start();
    let unused = first.setup_code().unwrap();
    first.stop().0.succeeds();
    let second = place.server().start();
    assert_ne!(second.setup_code().unwrap(), unused);
    second.set_up();
}

#[test]
fn without_any_setting_the_data_is_in_the_folder_data_and_an_evaluation_runs() {
    let folder = tempfile::tempdir().unwrap();
    // The port is the only thing that tests cannot leave to the default.
    let server = Program::new(folder.path(), &["--listen", "127.0.0.1:0"]).start();
    let banner = server.banner();
    assert!(banner.contains("Licence: evaluation (TEAM), 0 of 5 seats used, until"), "{banner}");
    assert!(banner.contains(&format!("http://localhost:{}", server.address().port())), "{banner}");
    assert!(folder.path().join("data/users.db").is_file());
    let admin = server.set_up();
    assert_eq!(admin.emails(), [ADMIN]);
    let listed = Program::new(folder.path(), &["user", "list", "--json"]).run().json();
    assert_eq!(listed, json!([{"email": ADMIN, "accountRole": "admin"}]));
}

#[test]
fn a_code_works_once_and_no_other_code_works() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().start();
    let sent = |code: &str| json!({"code": code, "email": "mallory@example.com"});
    let wrong = format!("dqu_setup_{}", "a".repeat(32));
    let refused = server.anonymous().post("/api/setup", &sent(&wrong));
    refused.refuses(401, "invalid_credential");
    let admin = server.set_up();
    let again = server.anonymous().post("/api/setup", &sent(&server.setup_code().unwrap()));
    again.refuses(409, "already_set_up");
    assert_eq!(admin.emails(), [ADMIN]);
}

#[test]
fn without_authentication_on_a_loopback_address_no_credential_is_asked_for() {
    let place = Place::new(Store::Sqlite);
    let program = place.server().args(&["--authentication", "none", "--owner-email", ADMIN]);
    let server = program.start();
    let banner = server.banner();
    assert!(banner.contains("No authentication"), "{banner}");
    assert_eq!(server.anonymous().emails(), [ADMIN]);
    server.anonymous().add("jane@example.com", "viewer").gives(201);
    server.client("dqu_key_wrong").get("/api/users").refuses(401, "invalid_credential");
}
