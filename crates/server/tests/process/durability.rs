//! D1: the server is killed while many write; what it acknowledged is there, and all of it.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dqops_users_trust::{count, promise};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};

use crate::{
    client::Client,
    dice,
    place::{Place, Store, on_both_stores},
    server::ADMIN,
    stage::Stage,
    time::{PATIENCE, block_on, eventually},
    trail::whole_directory,
    vendor,
};

on_both_stores!(a_server_killed_while_many_write_loses_nothing_and_leaves_nothing_half_done);

const WRITERS: usize = 32;

/// How soon a server must be ready again.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// The server dies when fewer users than this are acknowledged, and within so many microseconds.
const MOST_ACKNOWLEDGED: u64 = 60;
const LONGEST_DELAY: u64 = 4_000;

/// After so many rounds the file is checked.
const CHECK_EVERY: usize = 25;

/// Roles that fill two tables.
fn roles() -> Value {
    json!({"accountRole": "viewer", "dataDomainRoles": {"(default)": "editor"}})
}

/// Adds users until the server is gone; answers whom it asked for, and whether that was acknowledged.
fn write(admin: &Client, name: &str, acknowledged: &AtomicUsize) -> Vec<(String, bool)> {
    let mut written = Vec::new();
    // The server may be gone before the last writer comes.
    let Ok(mut wire) = admin.connect() else { return written };
    loop {
        let email = format!("{name}-{}@example.com", written.len());
        let mut user = roles();
        user["email"] = json!(email);
        let sent = user.to_string();
        let reply = wire.ask(admin, "POST", "/api/users", Some(("application/json", &sent)));
        written.push((email, reply.is_ok()));
        let Ok(reply) = reply else { return written };
        reply.gives(201);
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

/// Kills the server in the middle; answers what the writers answer.
fn write_and_kill(stage: &mut Stage, round: usize) -> Vec<(String, bool)> {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (admin, name) = (stage.admin.clone(), format!("user{round}-{writer}"));
            let acknowledged = Arc::clone(&acknowledged);
            thread::spawn(move || write(&admin, &name, &acknowledged))
        })
        .collect();
    let seed = 2 * round as u64;
    let enough = dice::throw(seed, MOST_ACKNOWLEDGED);
    eventually(PATIENCE, "users are added", || {
        (acknowledged.load(Ordering::Relaxed) as u64 >= enough).then_some(())
    });
    thread::sleep(Duration::from_micros(dice::throw(seed + 1, LONGEST_DELAY)));
    stage.server.kill();
    writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
}

/// The users of a round that are there.
fn found(admin: &Client, round: usize) -> BTreeSet<String> {
    let users = admin.get(&format!("/api/users?search=user{round}-&limit=1000")).gives(200).json();
    let emails = users.as_array().unwrap().iter();
    emails.map(|user| user["email"].as_str().unwrap().to_owned()).collect()
}

fn a_server_killed_while_many_write_loses_nothing_and_leaves_nothing_half_done(store: Store) {
    let trial = promise("D1", "killed while 32 write", store.ground());
    let mut stage = Stage::with_licence(store, &vendor::enterprise());
    let mut expected = BTreeSet::from([ADMIN.to_owned()]);
    let (mut acknowledged, mut slowest) = (0, Duration::ZERO);
    for round in 0..count(5, 500) {
        let written = write_and_kill(&mut stage, round);
        stage.server = stage.place.server().start();
        slowest = slowest.max(stage.server.ready_after);
        assert!(slowest < READY_WITHIN, "round {round}: ready after {slowest:?}");
        stage.admin = stage.admin.at(stage.server.address());
        let found = found(&stage.admin, round);
        for (email, is_acknowledged) in &written {
            assert!(!is_acknowledged || found.contains(email), "round {round}: {email} is lost");
            acknowledged += usize::from(*is_acknowledged);
        }
        let is_asked_for = |email: &String| written.iter().any(|(asked, _)| asked == email);
        assert!(found.iter().all(is_asked_for), "round {round}: {found:?}");
        expected.extend(found);
        if matches!(store, Store::Sqlite) && round % CHECK_EVERY == 0 {
            assert_eq!(check_integrity(&stage.place), "ok", "round {round}");
        }
        trial.tried(1);
    }
    // Each user with all of their roles and their entry in the trail, and no entry without a user.
    let users = whole_directory(&stage.place);
    assert!(users.keys().eq(expected.iter()), "{} users", users.len());
    assert!(users.iter().all(|(email, user)| *user == roles() || email == ADMIN));
    stage.place.cli(&["audit", "verify"]).succeeds();
    if matches!(store, Store::Sqlite) {
        assert_eq!(check_integrity(&stage.place), "ok");
    }
    assert!(acknowledged > 0);
    trial.figure(format!("{acknowledged} writes acknowledged, slowest start {slowest:.0?}"));
}

fn check_integrity(place: &Place) -> String {
    block_on(async {
        let options = SqliteConnectOptions::new().filename(place.folder().join("users.db"));
        let mut connection = options.connect().await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap()
    })
}
