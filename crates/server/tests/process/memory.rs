//! P4 in small, and more of its kind: whatever is asked at once, memory stays within its bound.

use std::{thread, time::Duration};

use crate::{
    client::{Client, Reply},
    place::{Place, Store},
    server::Server,
    time::{now, spare, timed},
    vendor,
};

/// Memory of one hash at work, in KiB, and how many are worked on at once.
const HASH: u64 = 19 * 1024;
const PERMITS: u64 = 2;

/// What the rest may grow by, in KiB.
const SPARE: u64 = 64 * 1024;

/// How soon a refused request is answered, and how soon health is while many hash.
const PROMISED: Duration = Duration::from_secs(2);
const HEALTH: Duration = Duration::from_millis(100);

struct Measured {
    server: Server,
    admin: Client,
    baseline: u64,
    _place: Place,
}

impl Measured {
    fn new() -> Self {
        let place = Place::new(Store::Sqlite);
        let program = place.server().args(&["--hashing-threads", &PERMITS.to_string()]);
        let server = program.env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000)).start();
        let admin = server.set_up();
        admin.get("/api/users").gives(200);
        let baseline = server.memory("VmHWM");
        Self { server, admin, baseline, _place: place }
    }

    /// What it took at the most over the beginning, in KiB.
    fn peak(&self) -> u64 {
        self.server.memory("VmHWM") - self.baseline
    }
}

/// Sends the same on so many connections at once, and answers each reply and how long it took.
fn flood(admin: &Client, count: usize, request: &str) -> Vec<(Reply, Duration)> {
    let mut wires: Vec<_> = (0..count).map(|_| admin.connect().unwrap()).collect();
    let began = now();
    for wire in &mut wires {
        wire.write(request).unwrap();
    }
    let readers: Vec<_> = wires
        .into_iter()
        .map(|mut wire| thread::spawn(move || (wire.reply().unwrap(), began.elapsed())))
        .collect();
    readers.into_iter().map(|reader| reader.join().unwrap()).collect()
}

#[test]
fn many_passwords_at_once_stay_within_the_permits_and_the_excess_is_refused_soon() {
    let measured = Measured::new();
    let admin = &measured.admin;
    let password = "purple turtles dance at noon";
    let head = admin.head("PUT", "/api/mypassword", "text/plain", password.len());
    let health = {
        let anonymous = measured.server.anonymous();
        thread::spawn(move || {
            let asked = (0..100).map(|_| timed(|| anonymous.get("/api/ishealthy").gives(200)).1);
            let mut times: Vec<_> = asked.collect();
            times.sort();
            times
        })
    };
    let (mut done, mut refused) = (0, 0);
    for (reply, took) in flood(admin, 300, &(head + password)) {
        if reply.status == 204 {
            done += 1;
            continue;
        }
        let reply = reply.refuses(503, "overloaded");
        assert_eq!(reply.find("retry-after"), Some("1"));
        assert!(took < PROMISED + spare(), "it was refused after {took:?}");
        refused += 1;
    }
    let times = health.join().unwrap();
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
    let peak = measured.peak();
    assert!(peak < PERMITS * HASH + SPARE, "{peak} KiB");
    assert!(times[98] < HEALTH + spare(), "{times:?}");
}

#[test]
fn large_bodies_are_not_kept() {
    let measured = Measured::new();
    let admin = &measured.admin;
    let deep = format!("{{\"email\":{}", "[".repeat(1_000_000));
    let long = format!("{{\"email\":\"{}\"}}", "a".repeat(1_000_000));
    for body in [deep, long] {
        let head = admin.head("POST", "/api/users", "application/json", body.len());
        let request = head + &body;
        for _ in 0..4 {
            for (reply, _) in flood(admin, 16, &request) {
                assert_eq!(reply.status, 400, "{}", reply.text());
            }
        }
    }
    let peak = measured.peak();
    assert!(peak < SPARE, "{peak} KiB after 128 MB of bodies");
}

/// Each is asked for once, so that remembering them would only cost.
#[test]
fn junk_keys_and_unknown_users_are_not_kept() {
    let measured = Measured::new();
    let filler = "x".repeat(4096);
    let mut wire = measured.admin.connect().unwrap();
    for number in 0..2_000 {
        let junk = measured.server.client(&format!("dqu_key_{number}{filler}"));
        wire.ask(&junk, "GET", "/api/users", None).unwrap().gives(401);
        let unknown = format!("/api/users/user{number}@{}.example.com", &filler[..60]);
        wire.ask(&measured.admin, "GET", &unknown, None).unwrap().gives(404);
    }
    let peak = measured.peak();
    assert!(peak < SPARE / 2, "{peak} KiB");
}
