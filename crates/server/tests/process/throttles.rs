//! T1: how many wrong passwords are looked at, whoever asks and however; at several servers, after a
//! restart, and among names that nobody has.

use std::time::{Duration, Instant};

use dqops_users_trust::{count, promise};

use crate::{
    client::Client,
    people::{
        OTHER_PASSWORD, PASSWORD, add_all, address, names, set_password, side_by_side, sign_in,
        try_to_sign_in,
    },
    place::{Store, on_both_stores},
    server::Server,
    stage::Stage,
    time::now,
};

on_both_stores!(
    of_two_hundred_wrong_passwords_at_once_no_more_are_looked_at_than_the_throttle_lets_through,
    names_that_nobody_has_neither_help_an_attacker_nor_take_memory,
);

/// Attempts on one account from one address: so many at once, then one in so much time.
const AT_ONCE: usize = 10;
const INTERVAL: Duration = Duration::from_secs(6);

/// Attempts from one address, whoever they are on.
const OF_AN_ADDRESS: (usize, Duration) = (100, Duration::from_millis(600));

const ATTEMPTS: usize = 200;

/// So many may be looked at by now.
fn bound(began: Instant) -> usize {
    let more = began.elapsed().as_millis() / INTERVAL.as_millis();
    AT_ONCE + usize::try_from(more).unwrap()
}

/// Whether the password was looked at: not if the caller must wait, or the server was busy.
fn is_looked_at(client: &Client, email: &str) -> bool {
    let reply = try_to_sign_in(client, email, OTHER_PASSWORD);
    let code = reply.json()["code"].as_str().unwrap().to_owned();
    match (reply.status, code.as_str()) {
        (401, "invalid_credential") => true,
        (429, "too_many_requests") => {
            let wait: u64 = reply.find("retry-after").unwrap().parse().unwrap();
            assert!((1..=INTERVAL.as_secs()).contains(&wait), "{wait}");
            false
        }
        (503, "overloaded") => false,
        _ => panic!("{reply:?}"),
    }
}

fn count_looked_at(servers: &[&Server], from: &str, email: &str, attempts: usize) -> usize {
    let clients: Vec<_> = servers.iter().map(|server| server.anonymous().from(from)).collect();
    let tried = side_by_side(attempts, attempts, |number| {
        is_looked_at(&clients[number % clients.len()], email)
    });
    tried.into_iter().filter(|is_looked_at| *is_looked_at).count()
}

/// How many failed attempts are in the audit trail.
fn noted(stage: &Stage, email: &str) -> usize {
    let path = format!("/api/audit?action=sign_in_failed&user={email}&limit=1000");
    stage.admin.get(&path).gives(200).json().as_array().unwrap().len()
}

fn of_two_hundred_wrong_passwords_at_once_no_more_are_looked_at_than_the_throttle_lets_through(
    store: Store,
) {
    let trial = promise("T1", "wrong passwords, 200 at once over two replicas", store.ground());
    let stage = Stage::behind_a_proxy(store);
    let mut other = stage.replica_behind_a_proxy();
    let users = names("user", count(1, 20));
    add_all(&stage.place, &users, "viewer");
    for (round, user) in users.iter().enumerate() {
        let (from, began) = (address(round), now());
        let mut looked_at = count_looked_at(&[&stage.server, &other], &from, user, ATTEMPTS);
        assert!(looked_at > 0, "round {round}: the server was busy with nothing else");
        assert!(looked_at <= bound(began), "round {round}: {looked_at} were looked at");
        // A replica ends, in one way or the other, and another one takes its place.
        if round.is_multiple_of(2) {
            other.kill();
        } else {
            drop(other.stop());
        }
        other = stage.replica_behind_a_proxy();
        looked_at += count_looked_at(&[&other], &from, user, AT_ONCE);
        assert!(looked_at <= bound(began), "round {round}: {looked_at} after a restart");
        assert_eq!(noted(&stage, user), looked_at, "round {round}");
        trial.tried(ATTEMPTS + AT_ONCE);
    }
}

/// What the server may grow by, in KiB.
const MEMORY: u64 = 32 * 1024;

fn names_that_nobody_has_neither_help_an_attacker_nor_take_memory(store: Store) {
    let trial = promise("T1", "names that nobody has", store.ground());
    let stage = Stage::behind_a_proxy(store);
    stage.admin.add("victim@example.com", "viewer").gives(201);
    let attacker = |number: usize| stage.server.anonymous().from(&address(number));
    // All threads have hashed, and have their buffers.
    side_by_side(16, 16, |number| is_looked_at(&attacker(number), "early@example.com"));
    let before = stage.server.memory("VmHWM");
    let (junk, waiting) = (count(60, 2000), count(200, 20_000));
    let began = now();
    let victims = || is_looked_at(&attacker(0), "victim@example.com");
    let mut looked_at = (0..=AT_ONCE).filter(|_| victims()).count();
    // From another address each, so that each is looked at, and the victim's turn now and then.
    let more = side_by_side(8, junk, |number| {
        is_looked_at(&attacker(100 + number), &format!("junk{number}@example.com"));
        number.is_multiple_of(20) && is_looked_at(&attacker(0), "victim@example.com")
    });
    looked_at += more.into_iter().filter(|is_looked_at| *is_looked_at).count();
    // From one address, which must soon wait whatever the name is, also one that is no email.
    let from_one = now();
    let passed = side_by_side(8, waiting, |number| {
        let name = match number % 3 {
            0 => format!("more{number}@example.com"),
            1 => format!("no email {number}"),
            _ => format!("{number}{}@example.com", "x".repeat(200)),
        };
        is_looked_at(&attacker(99), &name)
    });
    let passed = passed.into_iter().filter(|is_looked_at| *is_looked_at).count();
    let more = from_one.elapsed().as_millis() / OF_AN_ADDRESS.1.as_millis();
    let may_pass = OF_AN_ADDRESS.0 + usize::try_from(more).unwrap();
    assert!((1..=may_pass).contains(&passed), "{passed} of one address were looked at");
    looked_at += usize::from(victims());
    let more = stage.server.memory("VmHWM") - before;
    trial.figure(format!("{more} KiB more"));
    trial.tried(junk + waiting);
    assert!(looked_at <= bound(began), "{looked_at} tries at the victim's were looked at");
    assert!(more < MEMORY, "{more} KiB");
    // The attacker is who must wait.
    set_password(&stage.place, "victim@example.com", PASSWORD);
    sign_in(&attacker(1), "victim@example.com", PASSWORD);
}
