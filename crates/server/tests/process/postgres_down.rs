//! D5 under writers, over and over: Postgres is killed, restarted and stopped, and the way to it is cut,
//! silent, slow, and loses commits. Requests say so soon, all goes on by itself, and nothing that was
//! acknowledged is lost.

use std::{collections::BTreeMap, time::Duration};

use dqops_users_trust::{Cluster, Ground, Trial, count, promise};

use crate::{
    client::Client,
    crowd::{Request, volley},
    place::{Place, Store},
    postgres_faults::{all_works_again, is_unavailable},
    proxy::Proxy,
    time::{PATIENCE, eventually, now, spare, timed},
    truth::{Said, Writers, are_true},
    vendor,
};

/// How soon a request is answered while Postgres is away, and how soon all works when it is back.
const PROMISED: Duration = Duration::from_secs(2);

/// An address of this machine that nothing else listens on.
const OWN_ADDRESS: &str = "127.0.0.96";

const WRITERS: usize = 6;

/// Users that are added between two faults.
const BETWEEN: usize = 20;

/// How much slower each message becomes on a slow way.
const SLOW: Duration = Duration::from_millis(10);

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// The first process of Postgres, by `kill -9`.
    Killed,
    /// Postgres is shut down and started.
    Restarted,
    /// All its processes, by SIGSTOP.
    Stopped,
    /// Nobody is there.
    Cut,
    /// Connections are open at this end alone.
    HalfOpen,
    /// The answer to a commit is lost.
    CommitLost,
    /// It all takes longer.
    Slow,
}

/// How long it took at the worst.
#[derive(Default)]
struct Worst {
    refusal: Duration,
    recovery: Duration,
}

/// Asks for all kinds of things at once, until each is refused; each is answered soon, also before.
fn all_say_so(admin: &Client) -> Duration {
    let requests = [
        Request::get(admin, "/api/users"),
        Request::get(admin, "/api/users/admin@example.com"),
        Request::create(admin, "new@example.com"),
        Request::delete(admin, "new@example.com"),
        Request::get(admin, "/api/ishealthy"),
    ];
    eventually(PROMISED + spare(), "the server notices", || {
        let (replies, took) = timed(|| volley(&requests));
        assert!(took < PROMISED + spare(), "they took {took:?}");
        if replies.iter().any(|reply| reply.status != 503) {
            return None;
        }
        replies.into_iter().for_each(is_unavailable);
        Some(took)
    })
}

/// Lets something fail, over and over, while many write. Answers how often each was said to them.
fn fail_and_recover(
    trial: &Trial,
    admin: &Client,
    place: &Place,
    faults: impl Iterator<Item = Fault>,
    mut begin: impl FnMut(Fault),
    mut end: impl FnMut(Fault),
) -> BTreeMap<Said, usize> {
    let writers = Writers::start(admin, WRITERS);
    let mut worst: BTreeMap<Fault, Worst> = BTreeMap::new();
    for fault in faults {
        writers.wait_for(BETWEEN);
        begin(fault);
        let worst = worst.entry(fault).or_default();
        if matches!(fault, Fault::Slow | Fault::CommitLost) {
            writers.wait_for(BETWEEN);
        } else {
            worst.refusal = worst.refusal.max(all_say_so(admin));
        }
        end(fault);
        let over = now();
        all_works_again(admin, PROMISED + spare());
        worst.recovery = worst.recovery.max(over.elapsed());
        assert!(worst.recovery < PROMISED + spare(), "{fault:?}: back after {:?}", worst.recovery);
        trial.tried(1);
    }
    writers.wait_for(BETWEEN);
    let counts = are_true(place, &writers.stop());
    for (fault, Worst { refusal, recovery }) in worst {
        let refused = match refusal {
            Duration::ZERO => "not refused".to_owned(),
            within => format!("refused within {within:.2?}"),
        };
        trial.figure(format!("{fault:?}: {refused}, back after {recovery:.2?}"));
    }
    trial.figure(format!("of the writes beside: {counts:?}"));
    counts
}

#[test]
fn postgres_is_killed_restarted_and_stopped_under_writers() {
    let trial = promise("D5", "a Postgres killed, restarted, stopped", Ground::Postgres);
    let Some(binaries) = Cluster::binaries() else {
        return trial.cannot_be_tried("there are no programs of Postgres to start one with");
    };
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&binaries, folder.path(), OWN_ADDRESS).unwrap();
    let place = Place::at(&cluster.url());
    let server = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000)).start();
    let admin = server.set_up();
    let begin = |fault| match fault {
        Fault::Killed => cluster.crash().unwrap(),
        Fault::Stopped => cluster.freeze().unwrap(),
        _ => cluster.stop().unwrap(),
    };
    let end = |fault| match fault {
        Fault::Stopped => cluster.thaw().unwrap(),
        // What is left of the killed one has to end before.
        _ => eventually(PATIENCE, "Postgres starts", || cluster.start_again().ok()),
    };
    let faults = [Fault::Killed, Fault::Restarted, Fault::Stopped].into_iter().cycle();
    fail_and_recover(&trial, &admin, &place, faults.take(count(1, 24)), begin, end);
    drop(server);
}

#[test]
fn the_way_to_postgres_fails_under_writers() {
    let trial = promise("D5", "the way cut, half open, slow, a commit lost", Ground::Postgres);
    let place = Place::new(Store::Postgres);
    let proxy = std::cell::RefCell::new(Proxy::to(place.url()));
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    let url = proxy.borrow().url(place.url());
    let server = program.env("DQOPS_USERS_DATABASE_URL", &url).start();
    let admin = server.set_up();
    let begin = |fault| match fault {
        Fault::Cut => proxy.borrow_mut().cut(),
        Fault::HalfOpen => proxy.borrow().go_silent(),
        Fault::Slow => proxy.borrow().slow_down(SLOW),
        _ => proxy.borrow().lose_commit(),
    };
    let end = |fault| match fault {
        Fault::Slow => proxy.borrow().slow_down(Duration::ZERO),
        Fault::CommitLost => {
            eventually(PATIENCE, "a commit is lost", || proxy.borrow().is_sound().then_some(()));
        }
        _ => proxy.borrow_mut().restore(),
    };
    let faults = [Fault::Cut, Fault::CommitLost, Fault::Slow, Fault::HalfOpen].into_iter().cycle();
    let said = fail_and_recover(&trial, &admin, &place, faults.take(count(4, 32)), begin, end);
    let all = [Said::Done, Said::NotDone, Said::Unknown];
    assert!(all.iter().all(|one| said.contains_key(one)), "{said:?}");
    drop(server);
}
