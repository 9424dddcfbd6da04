//! `/metrics`: on a port of its own, off unless asked for, and every figure moves with its event.

use std::thread;

use serde_json::json;

use crate::{
    client::Client,
    crowd::{BEHIND_A_PROXY, sign_ins},
    place::{Place, Store, on_both_stores},
    scrape::{SHOWN, Scraped, Watcher},
    server::{ADMIN, Server},
    time::{PATIENCE, eventually},
    vendor,
};

on_both_stores!(
    requests_are_counted_by_route_and_not_by_what_clients_make_up,
    changes_are_counted_when_they_are_committed,
    sign_ins_are_counted_by_outcome,
    the_licence_is_shown_as_it_stands,
    a_database_that_does_not_answer_is_a_figure,
);

const PASSWORD: &str = "purple turtles dance at noon";

/// A server that shows metrics, its admin, and who watches it.
struct Watched {
    server: Server,
    admin: Client,
    watcher: Watcher,
    place: Place,
}

impl Watched {
    fn new(store: Store) -> Self {
        let place = Place::new(store);
        let program = place.server().args(&SHOWN).env("DQOPS_USERS_LICENCE", &vendor::team(10));
        let server = program.start();
        let admin = server.set_up();
        let watcher = Watcher::of(&server);
        Self { server, admin, watcher, place }
    }

    /// What is shown before and after something.
    fn around(&self, act: impl FnOnce()) -> [Scraped; 2] {
        let before = self.watcher.scrape();
        act();
        [before, self.watcher.scrape()]
    }

    fn sign_in(&self, password: &str) -> u16 {
        let sent = json!({"email": ADMIN, "password": password});
        self.server.anonymous().post("/api/session", &sent).status
    }
}

fn requests(method: &str, route: &str, status: &str) -> String {
    format!(
        "http_request_duration_seconds_count{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"
    )
}

fn requests_are_counted_by_route_and_not_by_what_clients_make_up(store: Store) {
    let watched = Watched::new(store);
    let admin = &watched.admin;
    let [before, after] = watched.around(|| {
        for _ in 0..3 {
            admin.get("/api/users/admin@example.com").gives(200);
        }
        admin.get("/api/users/made-up@example.com").gives(404);
        admin.get("/made-up-path").gives(404);
        admin.send("MADEUP", "/api/users", None).unwrap().gives(405);
    });
    let user = "/api/users/{email}";
    for (figure, times) in [
        (requests("GET", user, "2xx"), 3.0),
        (requests("GET", user, "4xx"), 1.0),
        (requests("GET", "(none)", "4xx"), 1.0),
        (requests("other", "/api/users", "4xx"), 1.0),
    ] {
        assert!((after.risen(&before, &figure) - times).abs() < 0.5, "{figure}");
    }
    let hits = "cache_requests_total{cache=\"callers\",outcome=\"hit\"}";
    assert!(after.risen(&before, hits) >= 3.0);
    assert!(after.risen(&before, "cache_requests_total{cache=\"users\",outcome=\"miss\"}") >= 1.0);
    assert!(after.risen(&before, "connections_accepted_total") >= 6.0);
    let text = watched.watcher.reply().text();
    for made_up in ["made-up", "MADEUP", "example.com"] {
        assert!(!text.contains(made_up), "{made_up} is in {text}");
    }
    assert!(text.contains("# TYPE dqops_users_http_request_duration_seconds histogram\n"));
}

fn changes_are_counted_when_they_are_committed(store: Store) {
    let watched = Watched::new(store);
    let [before, after] = watched.around(|| {
        watched.admin.add("jane@example.com", "viewer").gives(201);
        watched.admin.add("jane@example.com", "viewer").gives(409);
    });
    for (figure, by) in
        [("users", 1.0), ("audit_entries_written_total", 1.0), ("audit_last_entry_number", 1.0)]
    {
        assert!((after.risen(&before, figure) - by).abs() < 0.5, "{figure}");
    }
    assert!(after.risen(&before, "writer_commit_duration_seconds_count") >= 1.0);
    assert!(after.risen(&before, "writer_batch_size_sum") >= 2.0, "the refused one was in a batch");
    // What another process does is seen as well, though it is not this process's work.
    let [before, after] = watched.around(|| {
        watched.place.cli(&["user", "add", "ann@example.com", "--role", "viewer"]).succeeds();
    });
    assert!((after.risen(&before, "users") - 1.0).abs() < 0.5);
    assert!(after.risen(&before, "audit_entries_written_total") < 0.5);
    assert!(after.risen(&before, "audit_last_entry_number") > 0.5);
    let [before, after] = watched.around(|| drop(watched.admin.get("/api/users").gives(200)));
    assert!(after.risen(&before, "epoch_questions_total{outcome=\"answered\"}") >= 1.0);
    eventually(PATIENCE, "the database is left alone", || {
        let shown = watched.watcher.scrape();
        let [busy, idle] = ["busy", "idle"]
            .map(|state| shown.get(&format!("reader_connections{{state=\"{state}\"}}")));
        (busy < 0.5 && idle >= 1.0 && shown.get("writer_waiting") < 0.5).then_some(())
    });
}

fn sign_ins_are_counted_by_outcome(store: Store) {
    let watched = Watched::new(store);
    watched.admin.put_text("/api/mypassword", PASSWORD).gives(204);
    let outcome = |outcome: &str| format!("sign_ins_total{{outcome=\"{outcome}\"}}");
    let [before, after] = watched.around(|| {
        assert_eq!(watched.sign_in(PASSWORD), 201);
        eventually(PATIENCE, "it is throttled", || {
            (watched.sign_in("not the password at all") == 429).then_some(())
        });
    });
    assert!((after.risen(&before, &outcome("success")) - 1.0).abs() < 0.5);
    assert!((after.risen(&before, &outcome("throttled")) - 1.0).abs() < 0.5);
    let wrong = after.risen(&before, &outcome("wrong"));
    assert!(wrong >= 10.0, "{wrong}");
    let hashed = after.risen(&before, "password_hashing_duration_seconds_count");
    assert!((hashed - wrong - 1.0).abs() < 0.5, "{hashed} hashes for {wrong} wrong passwords");
    assert!(after.get("password_hashing_threads") >= 1.0);
    assert!(after.get("password_hashing_waiting") + after.get("password_hashing_running") < 0.5);
}

fn the_licence_is_shown_as_it_stands(store: Store) {
    let watched = Watched::new(store);
    watched.admin.add("jane@example.com", "viewer").gives(201);
    let state = |scraped: &Scraped| {
        ["valid", "over_seats", "lapsed"]
            .map(|state| scraped.get(&format!("licence_state{{state=\"{state}\"}}")) > 0.5)
    };
    let shown = watched.watcher.scrape();
    assert_eq!(state(&shown), [true, false, false]);
    assert!((shown.get("licence_seats") - 10.0).abs() < 0.5);
    assert!(shown.get("licence_expiry_timestamp_seconds").is_infinite());
    let small = vendor::sign_terms(&vendor::Terms {
        seats: 1,
        issued: "2026-02-01T00:00:00Z",
        expires: Some("2126-01-01T00:00:00Z"),
        ..vendor::Terms::default()
    });
    watched.place.cli(&["licence", "install", &small]).succeeds();
    let shown = watched.watcher.scrape();
    assert_eq!(state(&shown), [false, true, false]);
    assert!((shown.get("licence_seats") - 1.0).abs() < 0.5);
    let end = shown.get("licence_expiry_timestamp_seconds");
    assert!((end - 4_922_899_200.0).abs() < 0.5, "{end}");
}

fn a_database_that_does_not_answer_is_a_figure(store: Store) {
    let watched = Watched::new(store);
    let shown = watched.watcher.scrape();
    assert!((shown.get("storage_up") - 1.0).abs() < 0.5);
    watched.place.raw("ALTER TABLE directory RENAME TO away");
    let broken = watched.watcher.scrape();
    assert!(broken.get("storage_up") < 0.5);
    assert!((broken.get("users") - shown.get("users")).abs() < 0.5, "the last that is known");
    let failed = "epoch_questions_total{outcome=\"failed\"}";
    eventually(PATIENCE, "what is remembered does not count any more", || {
        (watched.admin.get("/api/users").status == 500).then_some(())
    });
    assert!(watched.watcher.scrape().risen(&shown, failed) >= 1.0);
    watched.place.raw("ALTER TABLE away RENAME TO directory");
    assert!((watched.watcher.scrape().get("storage_up") - 1.0).abs() < 0.5);
}

#[test]
fn metrics_are_shown_on_their_own_port_alone_and_only_when_asked_for() {
    let watched = Watched::new(Store::Sqlite);
    for client in [&watched.admin, &watched.server.anonymous()] {
        client.get("/metrics").refuses(404, "route_not_found");
    }
    let reply = watched.watcher.reply();
    assert_eq!(reply.find("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for path in ["/", "/api/users", "/api/ishealthy", "/health/live", "/metrics/"] {
        watched.watcher.client().get(path).gives(404);
    }
    let taken = ["--metrics-listen", &watched.watcher.client().address().to_string()];
    let said = watched.place.server().args(&taken).run().fails(1);
    assert!(said.contains("for --metrics-listen"), "{said}");
    let quiet = Place::new(Store::Sqlite);
    let quiet = quiet.server().args(&["--log", "json"]).start();
    quiet.anonymous().get("/metrics").gives(404);
    let (done, _) = quiet.stop();
    assert!(!done.stderr.contains("metrics"), "{}", done.stderr);
}

#[test]
fn connections_and_the_process_are_described() {
    let watched = Watched::new(Store::Sqlite);
    let before = watched.watcher.scrape();
    let mut wires: Vec<_> = (0..5).map(|_| watched.admin.connect().unwrap()).collect();
    for wire in &mut wires {
        wire.ask(&watched.admin, "GET", "/health/live", None).unwrap().gives(200);
    }
    let open = watched.watcher.scrape();
    assert!(open.get("connections_open") >= 5.0);
    assert!(open.risen(&before, "connections_accepted_total") >= 5.0);
    drop(wires);
    eventually(PATIENCE, "closed connections are not counted", || {
        (watched.watcher.scrape().get("connections_open") < 0.5).then_some(())
    });
    assert!(open.get("process_resident_memory_bytes") > 1e6);
    assert!(open.get("process_open_fds") > 5.0);
    assert!(open.get("process_start_time_seconds") > 1.7e9);
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("build_info{{database=\"SQLite\",version=\"{version}\"}}");
    assert!((open.get(&build) - 1.0).abs() < 0.5);
}

/// A storm of sign-ins: what is too much is refused and counted, and reads go on beside it.
#[test]
fn a_storm_of_sign_ins_is_refused_and_starves_nobody() {
    const STORM: usize = 400;
    let place = Place::new(Store::Sqlite);
    let program = place.server().args(&SHOWN).args(&BEHIND_A_PROXY);
    let server = program.args(&["--hashing-threads", "1"]).start();
    let (admin, watcher) = (server.set_up(), Watcher::of(&server));
    let before = watcher.scrape();
    let mut wires = sign_ins(&server.anonymous(), STORM);
    let reads = thread::spawn(move || {
        for _ in 0..50 {
            admin.get("/api/users/admin@example.com").gives(200);
            admin.get("/health/ready").gives(200);
        }
    });
    let replies: Vec<_> = wires.iter_mut().map(|wire| wire.reply().unwrap()).collect();
    reads.join().unwrap();
    let refused = replies.iter().filter(|reply| reply.status == 503);
    let refused = refused.map(|reply| assert_eq!(reply.find("retry-after"), Some("1"))).count();
    assert!(refused >= STORM - 256, "{refused} were refused");
    let after = watcher.scrape();
    let counted = after.risen(&before, "sign_ins_total{outcome=\"overloaded\"}");
    assert!((counted - f64::from(u32::try_from(refused).unwrap())).abs() < 0.5, "{counted}");
    let full = after.get("password_hashing_refused_total{reason=\"full\"}");
    let late = after.get("password_hashing_refused_total{reason=\"late\"}");
    assert!(full + late <= counted, "{full} + {late} of {counted}");
}
