//! P8: why a sign-in failed shows neither in its answer nor in how long it took.

use std::time::Duration;

use dqops_users_trust::{count, is_full, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, Wire, patiently},
    people::{OTHER_PASSWORD, PASSWORD, add_all, add_all_with_password, address, names, sign_in},
    place::{Store, on_both_stores},
    stage::Stage,
    time::timed,
};

on_both_stores!(no_failed_sign_in_can_be_told_from_another);

/// Kinds of failure: what the users are called, and the password that is tried.
const KINDS: [(&str, &str); 4] =
    [("unknown", PASSWORD), ("wrong", OTHER_PASSWORD), ("fresh", PASSWORD), ("former", PASSWORD)];

fn with_all_kinds(store: Store, count: usize) -> Stage {
    let stage = Stage::behind_a_proxy(store);
    // Two imports of users with one password: the copies reach the second as well.
    add_all(&stage.place, &names("former", count), "none");
    add_all_with_password(&stage.place, &names("wrong", count), "viewer");
    add_all(&stage.place, &names("fresh", count), "viewer");
    let removed = stage.place.raw(
        "DELETE FROM passwords WHERE user_id = \
         (SELECT id FROM users WHERE email = 'admin@example.com')",
    );
    assert_eq!(removed, 1);
    stage
}

/// Who tries from an address that nobody tried from, over a connection that is open already.
fn attempt(wire: &mut Wire, client: &Client, name: &str, password: &str) -> Reply {
    let body = json!({"email": name, "password": password}).to_string();
    wire.ask(client, "POST", "/api/session", Some(("application/json", &body))).unwrap()
}

/// How often a time of `ones` is longer than one of `others`: 0.5 where nothing tells them apart.
fn area_under_curve(ones: &[Duration], others: &[Duration]) -> f64 {
    let mut sorted = others.to_vec();
    sorted.sort_unstable();
    let halves: usize = ones
        .iter()
        .map(|one| sorted.partition_point(|x| x < one) + sorted.partition_point(|x| x <= one))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "these are at most millions")]
    let share = halves as f64 / (2 * ones.len() * others.len()) as f64;
    share
}

/// How far from a half it may be. So few as the ordinary test run measures differ by chance: by more
/// than 4.5 standard errors in one of a hundred thousand.
fn tolerance(samples: usize) -> f64 {
    if is_full() {
        return 0.05;
    }
    #[expect(clippy::cast_precision_loss, reason = "these are a few")]
    let samples = samples as f64;
    4.5 * ((2.0 * samples + 1.0) / (12.0 * samples * samples)).sqrt()
}

fn no_failed_sign_in_can_be_told_from_another(store: Store) {
    let trial = promise("P8", "failed sign-ins of each of four kinds", store.ground());
    let samples = count(25, 1000);
    let stage = with_all_kinds(store, samples);
    let mut wire = stage.server.anonymous().connect().unwrap();
    let mut times = [const { Vec::new() }; KINDS.len()];
    let mut first = None;
    // Some more at the beginning, which fill caches and are not counted.
    for number in (0..5).chain(0..samples) {
        for turn in 0..KINDS.len() {
            // Each round begins with another kind, and every other goes the other way round.
            let turn =
                if (number / KINDS.len()).is_multiple_of(2) { turn } else { KINDS.len() - turn };
            let kind = (number + turn) % KINDS.len();
            let (name, password) = KINDS[kind];
            let attempts: usize = times.iter().map(Vec::len).sum();
            let client = stage.server.anonymous().with("X-Request-Id", "1");
            let client = client.from(&address(attempts));
            let name = format!("{name}{number}@example.com");
            // It may not be looked at beside other tests.
            let mut took = Duration::ZERO;
            let reply = patiently(|| {
                let (reply, this_took) = timed(|| attempt(&mut wire, &client, &name, password));
                took = this_took;
                reply
            });
            assert_eq!(reply.lasting(), *first.get_or_insert_with(|| reply.lasting()), "{name}");
            reply.refuses(401, "invalid_credential");
            times[kind].push(took);
        }
    }
    for times in &mut times {
        times.drain(..5);
        trial.tried(times.len());
    }
    let mut furthest: f64 = 0.5;
    for one in 0..KINDS.len() {
        for other in 0..one {
            let area = area_under_curve(&times[one], &times[other]);
            let names = (KINDS[one].0, KINDS[other].0);
            trial.figure(format!("{} against {} {area:.3}", names.0, names.1));
            if (area - 0.5).abs() > (furthest - 0.5).abs() {
                furthest = area;
            }
        }
    }
    let bound = tolerance(samples);
    assert!((furthest - 0.5).abs() <= bound, "AUC {furthest:.3}, not within {bound:.3} of 0.5");
    // The one whose password was wrong has one that is right.
    let somebody = stage.server.anonymous().from("192.0.2.1");
    sign_in(&somebody, &names("wrong", 1)[0], PASSWORD);
}
