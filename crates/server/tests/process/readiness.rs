//! Whether the server lives, and whether it is ready: two questions.

use rustix::process::Signal;

use crate::{
    place::{Place, Store, on_both_stores},
    stage::Stage,
    time::{PATIENCE, eventually, timed},
};

on_both_stores!(
    a_server_without_its_database_lives_and_is_not_ready,
    a_server_that_is_about_to_stop_says_so_and_goes_on,
);

const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";

fn a_server_without_its_database_lives_and_is_not_ready(store: Store) {
    let place = Place::new(store);
    let server = place.server().start();
    let client = server.anonymous();
    let address = server.address().to_string();
    let health =
        |more: &[&str]| place.bare_program(&["health", "--listen", &address]).args(more).run().code;
    for path in [LIVE, READY] {
        assert_eq!(client.get(path).gives(200).text(), "\"OK\"");
    }
    assert_eq!((health(&[]), health(&["--live"])), (Some(0), Some(0)));
    place.raw("ALTER TABLE directory RENAME TO away");
    eventually(PATIENCE, "it is not ready any more", || {
        (client.get(READY).status >= 500).then_some(())
    });
    client.get(LIVE).gives(200);
    assert_eq!((health(&[]), health(&["--live"])), (Some(1), Some(0)));
    place.raw("ALTER TABLE away RENAME TO directory");
    client.get(READY).gives(200);
}

fn a_server_that_is_about_to_stop_says_so_and_goes_on(store: Store) {
    let stage = Stage::new(store);
    let server = stage.place.server().args(&["--stop-delay-seconds", "300"]).start();
    let admin = stage.admin.at(server.address());
    admin.get(READY).gives(200);
    server.signal(Signal::TERM);
    eventually(PATIENCE, "it is not ready any more", || {
        let reply = admin.get(READY);
        (reply.status != 200).then(|| reply.refuses(503, "stopping"))
    });
    admin.get(LIVE).gives(200);
    admin.get("/api/ishealthy").gives(200);
    admin.add("jane@example.com", "viewer").gives(201);
    // Another signal ends the delay.
    let (done, took) = timed(|| server.stop().0);
    assert!(took < PATIENCE / 2, "{took:?}");
    done.succeeds();
    assert!(stage.admin.emails().contains(&"jane@example.com".to_owned()));
}
