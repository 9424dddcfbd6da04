//! Several servers on one database: they start together, and make one first admin.

use std::{slice, time::Duration};

use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply},
    place::{Place, Store, on_both_stores},
    server::{ADMIN, Server},
    time::{PATIENCE, eventually},
};

on_both_stores!(
    servers_started_at_once_on_nothing_all_come_up_and_share_one_directory,
    the_set_up_code_of_any_server_works_and_closes_those_of_the_others,
    of_many_set_ups_over_two_servers_exactly_one_succeeds,
);

/// Starts them all before it waits for any.
fn start_at_once<const COUNT: usize>(place: &Place) -> [Server; COUNT] {
    [(); COUNT].map(|()| place.server().spawn()).map(Server::new)
}

fn servers_started_at_once_on_nothing_all_come_up_and_share_one_directory(store: Store) {
    let trial = promise("D6", "4 replicas started together on nothing", store.ground());
    let mut slowest = Duration::ZERO;
    for _ in 0..count(1, 50) {
        let place = Place::new(store);
        let servers: [Server; 4] = start_at_once(&place);
        let migrations = i64::try_from(place.raw("UPDATE _sqlx_migrations SET success = TRUE"));
        // Each ran once: a second time it would have failed, and its server with it.
        assert_eq!(migrations.unwrap(), dqops_users_storage_sqlite::latest_migration());
        let admin = servers[0].set_up();
        for server in &servers {
            let here = admin.at(server.address());
            eventually(PATIENCE, "the first admin is known", || {
                (here.get("/api/users").status == 200).then_some(())
            });
            assert_eq!(here.emails(), [ADMIN]);
            let log = server.log();
            assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
            slowest = slowest.max(server.ready_after);
        }
        trial.tried(1);
    }
    trial.figure(format!("the slowest was ready after {slowest:.0?}"));
}

fn try_set_up(at: &Client, code: &str, email: &str) -> Reply {
    at.post("/api/setup", &json!({"code": code, "email": email}))
}

fn the_set_up_code_of_any_server_works_and_closes_those_of_the_others(store: Store) {
    let place = Place::new(store);
    let [first, second] = start_at_once(&place);
    let codes = [first.setup_code().unwrap(), second.setup_code().unwrap()];
    assert_ne!(codes[0], codes[1]);
    let made = try_set_up(&first.anonymous(), &codes[1], "ann@example.com").gives(201).json();
    for at in [first.anonymous(), second.anonymous()] {
        for code in &codes {
            try_set_up(&at, code, "bob@example.com").refuses(409, "already_set_up");
        }
    }
    let ann = second.client(made["apiKey"].as_str().unwrap());
    assert_eq!(ann.emails(), ["ann@example.com"]);
}

/// T7: all of them with a good code, each as somebody else.
fn of_many_set_ups_over_two_servers_exactly_one_succeeds(store: Store) {
    let trial = promise("T7", "set-ups, 50 at once over two replicas", store.ground());
    for _ in 0..count(1, 30) {
        race_to_set_up(&Place::new(store));
        trial.tried(50);
    }
}

fn race_to_set_up(place: &Place) {
    let servers: [Server; 2] = start_at_once(place);
    let mut wires = Vec::new();
    for number in 0..50 {
        let (at, issuer) = (&servers[number % 2], &servers[number / 2 % 2]);
        let code = issuer.setup_code().unwrap();
        let body = json!({"code": code, "email": format!("admin{number}@example.com")}).to_string();
        let head = at.anonymous().head("POST", "/api/setup", "application/json", body.len());
        wires.push((at.anonymous().connect().unwrap(), head + &body));
    }
    for (wire, request) in &mut wires {
        wire.write(request).unwrap();
    }
    let mut made = Vec::new();
    for (number, (wire, _)) in wires.iter_mut().enumerate() {
        let reply = wire.reply().unwrap();
        if reply.status == 201 {
            made.push((format!("admin{number}@example.com"), reply.json()));
        } else {
            reply.refuses(409, "already_set_up");
        }
    }
    let [(email, body)] = made.as_slice() else { panic!("{made:?}") };
    let admin = servers[0].client(body["apiKey"].as_str().unwrap());
    assert_eq!(admin.emails(), slice::from_ref(email));
}
