//! The orderly end: SIGTERM or SIGINT, what is in flight, and what is there after the next start.

use std::{io::ErrorKind, net::TcpStream, time::Duration};

use rustix::process::Signal;
use serde_json::json;

use crate::{
    client::Wire,
    place::{Place, Store, on_both_stores},
    server::{ADMIN, Server},
    stage::Stage,
    time::{PATIENCE, eventually, timed},
    vendor,
};

on_both_stores!(
    either_signal_ends_the_server_without_an_error,
    a_request_in_flight_is_finished_and_no_other_is_taken,
    a_restart_keeps_everything,
);

/// Nothing is in flight: what is left to do takes no time.
const AT_ONCE: Duration = Duration::from_secs(5);

const JANE: &str = "jane@example.com";

fn either_signal_ends_the_server_without_an_error(store: Store) {
    let place = Place::new(store);
    // Also one that comes right after the start.
    for signal in [Signal::TERM, Signal::INT].repeat(5) {
        let mut server = place.server().start();
        server.signal(signal);
        let (done, took) = timed(|| server.end());
        assert!(took < AT_ONCE, "{took:?}");
        assert!(done.stderr.lines().last().unwrap().contains("stopped"), "{}", done.stderr);
        assert!(!done.stderr.contains("ERROR") && !done.stderr.contains("WARN"), "{}", done.stderr);
        done.succeeds();
    }
}

/// They have a moment to send what they came for, also when nobody else is there.
#[test]
fn who_came_before_the_end_is_answered() {
    let mut stage = Stage::new(Store::Sqlite);
    for _ in 0..5 {
        stage.server.signal(Signal::STOP);
        let mut early: Vec<_> = (0..8).map(|_| stage.admin.connect().unwrap()).collect();
        stage.server.signal(Signal::TERM);
        stage.server.signal(Signal::CONT);
        refuses_connections(&stage.server);
        for wire in &mut early {
            wire.ask(&stage.admin, "GET", "/api/users", None).unwrap().gives(200);
        }
        stage.server.end().succeeds();
        stage.server = stage.place.server().start();
        stage.admin = stage.admin.at(stage.server.address());
    }
}

/// Waits until the server takes no connection any more.
pub(crate) fn refuses_connections(server: &Server) {
    eventually(PATIENCE, "new connections are refused", || {
        let end = TcpStream::connect(server.address()).err()?;
        // Reset is one that came in the moment before.
        assert!([ErrorKind::ConnectionRefused, ErrorKind::ConnectionReset].contains(&end.kind()));
        (end.kind() == ErrorKind::ConnectionRefused).then_some(())
    });
}

/// Sends the head of a request that adds a user, and waits until the server asks for the body.
pub(crate) fn begin_to_add(stage: &Stage, length: usize) -> Wire {
    let admin = stage.admin.with("Expect", "100-continue");
    let head = admin.head("POST", "/api/users", "application/json", length);
    let mut wire = stage.admin.connect().unwrap();
    wire.write(&head).unwrap();
    wire.reply().unwrap().gives(100);
    wire
}

fn a_request_in_flight_is_finished_and_no_other_is_taken(store: Store) {
    let mut stage = Stage::new(store);
    let body = json!({"email": JANE, "accountRole": "viewer"}).to_string();
    let mut wire = begin_to_add(&stage, body.len());
    stage.server.signal(Signal::TERM);
    refuses_connections(&stage.server);
    wire.write(&body).unwrap();
    wire.reply().unwrap().gives(201);
    assert_eq!(wire.reply().unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let (done, took) = timed(|| stage.server.end());
    assert!(took < AT_ONCE, "{took:?}");
    done.succeeds();
    let listed = stage.place.cli(&["user", "list"]).succeeds();
    assert!(listed.contains("jane@example.com\tviewer\n"), "{listed}");
}

fn a_restart_keeps_everything(store: Store) {
    let stage = Stage::with_licence(store, &vendor::enterprise());
    stage.place.cli(&["data-domain", "add", "sales"]).succeeds();
    let jane = stage.person(JANE, "viewer");
    let roles = json!({"sales": "editor"});
    let update = json!({"email": JANE, "accountRole": "operator", "dataDomainRoles": roles});
    stage.admin.put("/api/users/jane@example.com", &update).gives(204);
    stage.admin.put_text("/api/mypassword", "purple turtles dance at noon").gives(204);
    stage.admin.delete("/api/users/nobody@example.com").gives(404);
    let before = stage.admin.get("/api/users").gives(200);
    let (profile, trail) = (stage.admin.get("/api/environment/profile"), stage.place.audit());
    let password = stage.place.password_hash(ADMIN);
    stage.server.stop().0.succeeds();

    let server = stage.place.server().start();
    assert!(server.banner().contains("ENTERPRISE for ACME, 2 of "), "{}", server.banner());
    let admin = stage.admin.at(server.address());
    let after = admin.get("/api/users").gives(200);
    assert_eq!((after.json(), after.find("etag")), (before.json(), before.find("etag")));
    assert_eq!(admin.get("/api/environment/profile").json(), profile.json());
    let of_jane = jane.at(server.address()).get("/api/environment/profile").gives(200).json();
    assert_eq!((&of_jane["user"], &of_jane["account_role"]), (&JANE.into(), &"operator".into()));
    assert_eq!((stage.place.password_hash(ADMIN), stage.place.audit()), (password, trail));
}

#[test]
fn connections_kept_alive_do_not_hold_up_the_end() {
    let stage = Stage::new(Store::Sqlite);
    let mut idle: Vec<_> = (0..20).map(|_| stage.admin.connect().unwrap()).collect();
    for wire in &mut idle {
        wire.ask(&stage.admin, "GET", "/api/users", None).unwrap().gives(200);
    }
    ends_at_once(stage, idle);
}

#[test]
fn connections_that_never_asked_anything_do_not_hold_up_the_end() {
    let stage = Stage::new(Store::Sqlite);
    let silent = (0..20).map(|_| stage.admin.connect().unwrap()).collect();
    stage.admin.get("/api/users").gives(200);
    ends_at_once(stage, silent);
}

fn ends_at_once(stage: Stage, connections: Vec<Wire>) {
    let (done, took) = stage.server.stop();
    assert!(took < AT_ONCE, "{took:?}: {}", done.stderr);
    assert!(!done.stderr.contains("WARN"), "{}", done.stderr);
    done.succeeds();
    for mut wire in connections {
        wire.reply().unwrap_err();
    }
}
