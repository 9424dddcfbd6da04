//! T5 over replicas, measured: how long what was taken away at one of them still opens something at the
//! others, in normal running, with a slow, a cut and a half open way to the database, and after a freeze.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use dqops_users_storage::EpochLease;
use dqops_users_trust::{Ground, Trial, count, promise};
use rustix::process::Signal;
use serde_json::json;

use crate::{
    client::{Client, Reply},
    dice,
    place::Store,
    proxy::Proxy,
    server::Server,
    stage::Stage,
    time::{PATIENCE, eventually, now},
};

const JANE: &str = "jane@example.com";

/// From memory, where it may.
const REMEMBERED: &str = "/api/users/admin@example.com";

/// From the database, each time; it shows what was added after Jane was told to go.
const READ: &str = "/api/users?search=secret&limit=1000";

/// How much slower each message becomes on a slow way.
const SLOW: Duration = Duration::from_millis(5);

/// Readers of each replica that may be in the midst of a request when it freezes.
const AT_ONCE: usize = 6;

/// A reader rests so long after an answer, so that it does not take the machine from the servers.
const PACE: Duration = Duration::from_micros(300);

/// Somebody who reads at a replica over and over.
struct Reader {
    seen: Arc<Mutex<Vec<(Instant, Reply)>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(client: Client, path: &'static str) -> Self {
        let (seen, is_over) = (Arc::<Mutex<Vec<_>>>::default(), Arc::new(AtomicBool::new(false)));
        let (seen_here, is_over_here) = (Arc::clone(&seen), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            let mut wire = client.connect().unwrap();
            while !is_over_here.load(Ordering::Relaxed) {
                let began = now();
                let reply = wire.ask(&client, "GET", path, None).unwrap();
                seen_here.lock().unwrap().push((began, reply));
                thread::sleep(PACE);
            }
        });
        Self { seen, is_over, thread: Some(thread) }
    }

    /// Forgets what was, and waits until an answer is of that kind.
    fn wait_for(&self, what: &str, is_so: impl Fn(&Reply) -> bool) {
        self.seen.lock().unwrap().clear();
        eventually(PATIENCE, what, || {
            self.seen.lock().unwrap().iter().any(|(_, reply)| is_so(reply)).then_some(())
        });
    }

    /// What it saw since it last waited.
    fn take(&self) -> Vec<(Instant, Reply)> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

const fn is_granted(reply: &Reply) -> bool {
    reply.status == 200
}

const fn is_refused(reply: &Reply) -> bool {
    reply.status == 403
}

/// Sets Jane's role at the first server; answers when that was acknowledged.
fn set_role(admin: &Client, role: &str) -> Instant {
    admin
        .put(&format!("/api/users/{JANE}"), &json!({"email": JANE, "accountRole": role}))
        .gives(204);
    now()
}

/// How long after the change a request began that still succeeded, at the latest; nothing may later than the
/// documented bound.
#[track_caller]
fn staleness(seen: &[(Instant, Reply)], taken_at: Instant) -> Duration {
    let granted = seen.iter().filter(|(_, reply)| is_granted(reply));
    let latest = granted.map(|(began, _)| began.saturating_duration_since(taken_at)).max();
    let latest = latest.unwrap_or_default();
    assert!(latest <= EpochLease::LENGTH, "a request that began {latest:?} later still succeeded");
    latest
}

/// Median, p99 and worst of what was measured.
fn note(trial: &Trial, mut measured: Vec<Duration>) {
    measured.sort();
    let at = |percent: usize| measured[(measured.len() - 1) * percent / 100];
    trial.figure(format!("median {:.1?}, p99 {:.1?}, worst {:.1?}", at(50), at(99), at(100)));
}

/// How the other replicas reach the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Straight,
    Slow,
    Cut,
    HalfOpen,
}

/// Replicas beside the first server, with Jane reading at each.
struct Fleet {
    stage: Stage,
    others: Vec<(Server, Proxy)>,
    readers: Vec<Reader>,
}

impl Fleet {
    fn new(replicas: usize) -> Self {
        let stage = Stage::new(Store::Postgres);
        let jane = stage.person(JANE, "viewer");
        let others: Vec<_> = (1..replicas)
            .map(|_| {
                let proxy = Proxy::to(stage.place.url());
                let url = proxy.url(stage.place.url());
                (stage.place.server().env("DQOPS_USERS_DATABASE_URL", &url).start(), proxy)
            })
            .collect();
        let at = |(server, _): &(Server, Proxy)| jane.at(server.address());
        let readers = others.iter().map(|other| Reader::start(at(other), REMEMBERED)).collect();
        Self { stage, others, readers }
    }

    fn begin(&mut self, way: Way) {
        for (_, proxy) in &mut self.others {
            match way {
                Way::Straight => {}
                Way::Slow => proxy.slow_down(SLOW),
                Way::Cut => proxy.cut(),
                Way::HalfOpen => proxy.go_silent(),
            }
        }
    }

    fn end(&mut self, way: Way) {
        if matches!(way, Way::Cut | Way::HalfOpen) {
            self.others.iter_mut().for_each(|(_, proxy)| proxy.restore());
        }
    }

    /// Takes Jane's role away while she reads everywhere; answers the staleness at each replica.
    fn take_away(&mut self, way: Way) -> Vec<Duration> {
        set_role(&self.stage.admin, "viewer");
        self.readers.iter().for_each(|reader| reader.wait_for("Jane reads", is_granted));
        self.begin(way);
        let taken_at = set_role(&self.stage.admin, "none");
        if matches!(way, Way::Cut | Way::HalfOpen) {
            // Long enough for what was remembered to be given out if that ever happened.
            for reader in &self.readers {
                eventually(PATIENCE, "Jane is told that there is no database", || {
                    let seen = reader.seen.lock().unwrap();
                    seen.iter().any(|(_, reply)| reply.status == 503).then_some(())
                });
            }
        }
        self.end(way);
        let measured = self.readers.iter().map(|reader| {
            eventually(PATIENCE, "Jane is refused", || {
                let seen = reader.seen.lock().unwrap();
                seen.iter().any(|(_, reply)| is_refused(reply)).then_some(())
            });
            let seen = reader.take();
            let is_known = |reply: &Reply| matches!(reply.status, 200 | 403 | 503);
            assert!(seen.iter().all(|(_, reply)| is_known(reply)));
            staleness(&seen, taken_at)
        });
        measured.collect()
    }
}

fn measure(what: &str, replicas: usize, way: Way, rounds: usize) {
    let trial = promise("T5", &format!("{replicas} replicas, {what}"), Ground::Postgres);
    let mut fleet = Fleet::new(replicas);
    let mut measured = Vec::new();
    for _ in 0..rounds {
        measured.extend(fleet.take_away(way));
        trial.tried(1);
    }
    note(&trial, measured);
}

#[test]
fn at_the_other_of_two_replicas_nothing_is_granted_later_than_the_bound() {
    measure("normal running", 2, Way::Straight, count(10, 200));
}

#[test]
fn at_the_others_of_four_replicas_nothing_is_granted_later_than_the_bound() {
    measure("normal running", 4, Way::Straight, count(5, 200));
}

#[test]
fn with_a_slow_way_to_the_database_nothing_is_granted_later_than_the_bound() {
    measure("a slow way to the database", 4, Way::Slow, count(3, 60));
}

#[test]
fn with_the_way_to_the_database_cut_nothing_is_granted_later_than_the_bound() {
    measure("the way to the database cut", 4, Way::Cut, count(1, 20));
}

#[test]
fn with_a_half_open_way_to_the_database_nothing_is_granted_later_than_the_bound() {
    measure("the way to the database half open", 2, Way::HalfOpen, count(1, 10));
}

/// What is asked of a replica while it is frozen is answered by what holds after the thaw, and whoever was
/// let in before sees nothing that came after their end.
fn freeze_and_thaw(replicas: usize, rounds: usize) {
    let what = format!("{replicas} replicas, one frozen and thawed");
    let trial = promise("T5", &what, Ground::Postgres);
    let stage = Stage::new(Store::Postgres);
    let jane = stage.person(JANE, "viewer");
    let others: Vec<_> = (1..replicas).map(|_| stage.replica()).collect();
    let frozen = &others[0];
    let at_frozen = jane.at(frozen.address());
    let reader = |number| {
        let path = if number % 3 == 0 { REMEMBERED } else { READ };
        Reader::start(at_frozen.clone(), path)
    };
    let readers: Vec<_> = (0..AT_ONCE).map(reader).collect();
    let mut measured = Vec::new();
    for round in 0..rounds {
        set_role(&stage.admin, "viewer");
        for reader in &readers {
            reader.wait_for("Jane reads", is_granted);
        }
        thread::sleep(Duration::from_micros(dice::throw(round as u64, 20_000)));
        frozen.signal(Signal::STOP);
        let taken_at = set_role(&stage.admin, "none");
        let secret = format!("secret{round}@example.com");
        stage.admin.add(&secret, "viewer").gives(201);
        thread::sleep(EpochLease::LENGTH);
        let began = now();
        let mut wires: Vec<_> = (0..4).map(|_| at_frozen.connect().unwrap()).collect();
        for wire in &mut wires {
            wire.write(&at_frozen.head("GET", REMEMBERED, "", 0)).unwrap();
        }
        frozen.signal(Signal::CONT);
        for wire in &mut wires {
            let reply = wire.reply().unwrap();
            assert!(is_refused(&reply), "round {round}, {:?} later: {reply:?}", began - taken_at);
        }
        for reader in &readers {
            eventually(PATIENCE, "Jane is refused", || {
                let seen = reader.seen.lock().unwrap();
                seen.last().is_some_and(|(_, reply)| is_refused(reply)).then_some(())
            });
            let seen = reader.take();
            let is_shown = |(_, reply): &&(Instant, Reply)| reply.text().contains(&secret);
            let shown = seen.iter().find(is_shown);
            assert!(shown.is_none(), "round {round}: Jane saw what came after her end: {shown:?}");
            measured.push(staleness(&seen, taken_at));
        }
        trial.tried(1);
    }
    note(&trial, measured);
}

#[test]
fn of_two_replicas_a_thawed_one_grants_nothing_that_was_taken_away() {
    freeze_and_thaw(2, count(4, 100));
}

#[test]
fn of_four_replicas_a_thawed_one_grants_nothing_that_was_taken_away() {
    freeze_and_thaw(4, count(2, 100));
}
