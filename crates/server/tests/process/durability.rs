//! D1 in small: the server is killed while many write; what it acknowledged is there, and all of it.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};

use crate::{
    client::Client,
    place::{Place, Store, on_both_stores},
    stage::Stage,
    time::{PATIENCE, block_on, eventually},
    trail::whole_directory,
    vendor,
};

on_both_stores!(a_server_killed_while_many_write_loses_nothing_and_leaves_nothing_half_done);

const ROUNDS: usize = 5;

const WRITERS: usize = 16;

/// How soon a server must be ready again.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Roles that fill two tables.
fn roles() -> Value {
    json!({"accountRole": "viewer", "dataDomainRoles": {"(default)": "editor"}})
}

/// Adds users until the server is gone; answers whom it asked for, and whether that was acknowledged.
fn write(admin: &Client, name: &str, acknowledged: &AtomicUsize) -> Vec<(String, bool)> {
    let mut written = Vec::new();
    let mut wire = admin.connect().unwrap();
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
    // Another number each time, so that it dies at another point of its work.
    let enough = 40 + 7 * round;
    eventually(PATIENCE, "users are added", || {
        (acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
    });
    stage.server.kill();
    writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
}

fn a_server_killed_while_many_write_loses_nothing_and_leaves_nothing_half_done(store: Store) {
    let mut stage = Stage::with_licence(store, &vendor::enterprise());
    let mut expected = BTreeSet::from(["admin@example.com".to_owned()]);
    for round in 0..ROUNDS {
        let written = write_and_kill(&mut stage, round);
        stage.server = stage.place.server().start();
        assert!(stage.server.ready_after < READY_WITHIN, "{:?}", stage.server.ready_after);
        stage.admin = stage.admin.at(stage.server.address());
        let found: BTreeSet<_> = stage.admin.emails().into_iter().collect();
        let acknowledged = written.iter().filter(|(_, is_acknowledged)| *is_acknowledged);
        expected.extend(acknowledged.map(|(email, _)| email.clone()));
        let lost: Vec<_> = expected.difference(&found).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
        let new: Vec<_> = found.difference(&expected).collect();
        let is_asked_for = |email: &&String| written.iter().any(|(asked, _)| asked == *email);
        assert!(new.iter().all(is_asked_for), "round {round}: {new:?}");
        expected = found;
    }
    let users = whole_directory(&stage.place);
    assert_eq!(users.len(), expected.len());
    assert!(users.iter().all(|(email, user)| *user == roles() || email == "admin@example.com"));
    if matches!(store, Store::Sqlite) {
        assert_eq!(check_integrity(&stage.place), "ok");
    }
}

fn check_integrity(place: &Place) -> String {
    block_on(async {
        let options = SqliteConnectOptions::new().filename(place.folder().join("users.db"));
        let mut connection = options.connect().await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap()
    })
}
