//! P4, P5: hundreds who sign in at once, within little memory; and hundreds who hang up meanwhile.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use dqops_users_trust::{Trial, count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, Wire},
    crowd::Ending,
    people::{PASSWORD, add_all_with_password, address, names, sign_in, try_to_sign_in},
    place::{Place, Store, on_both_stores},
    server::Server,
    time::{PATIENCE, eventually, now, percentile, spare, timed},
    vendor,
};

on_both_stores!(
    five_hundred_sign_ins_at_once_stay_within_memory_and_the_excess_is_refused_soon,
    five_hundred_clients_that_hang_up_leave_no_more_hashes_than_permits,
);

const AT_ONCE: usize = 500;

/// All the memory that the process may ask for, in KiB, whether it uses it or not.
const LIMIT: u64 = 512 * 1024;

/// Memory of one hash at work, in KiB, and how many are worked on at once.
const HASH: u64 = 19 * 1024;
const PERMITS: usize = 2;

/// What the rest may grow by, in KiB.
const SPARE: u64 = 64 * 1024;

const SOON: Duration = Duration::from_secs(2);
const HEALTH: Duration = Duration::from_millis(100);

/// A server that has not hashed yet, and people who may sign in.
struct Storm {
    server: Server,
    users: Vec<String>,
    baseline: u64,
    _place: Place,
}

impl Storm {
    fn new(store: Store) -> Self {
        let place = Place::new(store);
        let users = names("user", AT_ONCE);
        place.migrate();
        place.cli(&["licence", "install", &vendor::team(1_000_000)]).succeeds();
        place.cli(&["recover-admin", "admin@example.com"]).succeeds();
        add_all_with_password(&place, &users, "viewer");
        let permits = PERMITS.to_string();
        let args = ["--trusted-proxy", "127.0.0.1", "--hashing-threads", &permits];
        let server = place.server().args(&args).within_memory(LIMIT).start();
        for _ in 0..10 {
            server.anonymous().get("/api/ishealthy").gives(200);
            server.anonymous().get("/api/users").refuses(401, "authentication_required");
        }
        let baseline = server.memory("VmHWM");
        Self { server, users, baseline, _place: place }
    }

    /// The request of a user to sign in, from an address that is new in each round.
    fn request(&self, round: usize, number: usize) -> (Client, String) {
        let client = self.server.anonymous().from(&address(round * AT_ONCE + number));
        let body = json!({"email": self.users[number], "password": PASSWORD}).to_string();
        let head = client.head("POST", "/api/session", "application/json", body.len());
        (client, head + &body)
    }

    /// Sends all at once, on a connection each, and answers each reply and how long it took.
    fn sign_in_at_once(&self, round: usize) -> Vec<(Reply, Duration)> {
        let requests = (0..AT_ONCE).map(|number| self.request(round, number));
        let wires: Vec<_> =
            requests.map(|(client, text)| (client.connect().unwrap(), text)).collect();
        let sent = wires.into_iter().map(|(mut wire, text)| {
            let began = now();
            wire.write(&text).unwrap();
            (wire, began)
        });
        let reading: Vec<_> = sent
            .map(|(mut wire, began)| {
                thread::spawn(move || (wire.reply().unwrap(), began.elapsed()))
            })
            .collect();
        reading.into_iter().map(|thread| thread.join().unwrap()).collect()
    }

    /// What it took at the most over the beginning, in KiB.
    fn peak(&self) -> u64 {
        self.server.memory("VmHWM") - self.baseline
    }
}

/// Asks for the health until it is told to stop, and at least a hundred times.
fn health(client: &Client, is_over: &AtomicBool) -> Vec<Duration> {
    let mut wire = client.connect().unwrap();
    let mut times = Vec::new();
    while times.len() < 100 || !is_over.load(Ordering::Relaxed) {
        let asked = || wire.ask(client, "GET", "/api/ishealthy", None).unwrap().gives(200);
        times.push(timed(asked).1);
        thread::sleep(Duration::from_millis(2));
    }
    times
}

/// Answers how many were let in, and the longest that a refusal took.
fn storm(trial: &Trial, storm: &Storm, round: usize) -> (usize, Duration) {
    let (mut let_in, mut slowest) = (0, Duration::ZERO);
    for (reply, took) in storm.sign_in_at_once(round) {
        if reply.status == 201 {
            let_in += 1;
        } else {
            let reply = reply.refuses(503, "overloaded");
            assert_eq!(reply.find("retry-after"), Some("1"));
            slowest = slowest.max(took);
        }
    }
    assert!((1..AT_ONCE).contains(&let_in), "{let_in} were let in");
    assert!(slowest < SOON + spare(), "one was refused after {slowest:?}");
    trial.tried(AT_ONCE);
    (let_in, slowest)
}

fn five_hundred_sign_ins_at_once_stay_within_memory_and_the_excess_is_refused_soon(store: Store) {
    let trial = promise("P4", "sign-ins, 500 at once within 512 MiB", store.ground());
    let place = Storm::new(store);
    let is_over = AtomicBool::new(false);
    let client = place.server.anonymous();
    let (seen, mut times) = thread::scope(|scope| {
        let watching = scope.spawn(|| health(&client, &is_over));
        let ending = Ending(&is_over);
        let rounds = 0..count(1, 10);
        let seen: Vec<_> = rounds.map(|round| storm(&trial, &place, round)).collect();
        drop(ending);
        (seen, watching.join().unwrap())
    });
    times.sort_unstable();
    let p99 = percentile(&times, 99);
    let peak = place.peak();
    let let_in: usize = seen.iter().map(|(let_in, _)| let_in).sum();
    let slowest = seen.iter().map(|(_, slowest)| *slowest).max().unwrap();
    trial.figure(format!("{let_in} let in, the others refused within {slowest:.0?}"));
    trial.figure(format!("memory {} MiB over the baseline", peak / 1024));
    trial.figure(format!("health p99 {p99:.1?} of {}", times.len()));
    assert!(peak <= PERMITS as u64 * HASH + SPARE, "{peak} KiB");
    assert!(p99 < HEALTH + spare(), "health p99 {p99:?}");
}

/// Each hangs up ten milliseconds after it asked, without an answer.
fn hang_up_at_once(place: &Storm, round: usize) {
    const PATIENT: Duration = Duration::from_millis(10);
    let requests: Vec<_> = (0..AT_ONCE).map(|number| place.request(round, number)).collect();
    let mut waiting: VecDeque<(Instant, Wire)> = VecDeque::new();
    let hang_up = |(began, wire): (Instant, Wire)| {
        thread::sleep(PATIENT.saturating_sub(began.elapsed()));
        drop(wire);
    };
    for (client, text) in requests {
        let mut wire = client.connect().unwrap();
        wire.write(&text).unwrap();
        waiting.push_back((now(), wire));
        while waiting.front().is_some_and(|(began, _)| began.elapsed() >= PATIENT) {
            hang_up(waiting.pop_front().unwrap());
        }
    }
    waiting.into_iter().for_each(hang_up);
}

fn five_hundred_clients_that_hang_up_leave_no_more_hashes_than_permits(store: Store) {
    let trial = promise("P5", "clients that hang up after 10 ms", store.ground());
    let place = Storm::new(store);
    // Both threads have their buffers, and as many connections their memory, from here on.
    place.sign_in_at_once(0);
    let before = place.peak();
    for round in 1..=count(1, 10) {
        hang_up_at_once(&place, round);
        assert_eq!(place.server.hashing_threads().len(), PERMITS);
        // Neither does the queue stay full of those who went away.
        let client = place.server.anonymous().from(&address(round * AT_ONCE));
        let let_in = || {
            let reply = try_to_sign_in(&client, &place.users[0], PASSWORD);
            assert!(matches!(reply.status, 201 | 503), "{reply:?}");
            (reply.status == 201).then_some(())
        };
        let ((), took) = timed(|| eventually(PATIENCE, "somebody is let in", let_in));
        assert!(took < SOON + spare(), "the next one was let in after {took:?}");
        trial.tried(AT_ONCE);
    }
    let more = place.peak() - before;
    trial.figure(format!("{PERMITS} threads hash, {more} KiB more than those who wait need"));
    assert!(more < HASH, "{more} KiB more: the memory of another hash");
    sign_in(&place.server.anonymous().from(&address(0)), &place.users[1], PASSWORD);
}
