//! T5, T6: what was taken away from a caller opens nothing from the next request on, however busy
//! the caller is; at another server it opens nothing from the end of the lease on.

use std::time::{Duration, Instant};

use dqops_users_storage::EpochLease;
use dqops_users_trust::{Trial, count, promise};
use serde_json::json;

use crate::{
    client::Client,
    crowd::{Hammers, Seen},
    place::{Store, on_both_stores},
    stage::Stage,
    time::now,
};

on_both_stores!(
    nothing_begun_after_a_deletion_succeeds,
    nothing_begun_after_a_demotion_succeeds,
    nothing_begun_after_a_revocation_succeeds,
    at_another_server_nothing_begun_a_lease_after_a_deletion_succeeds,
    at_another_server_nothing_begun_a_lease_after_a_demotion_succeeds,
    at_another_server_nothing_begun_after_a_revoking_command_succeeds,
);

const JANE: &str = "jane@example.com";

/// Rounds of each test; together they make a thousand in one process.
fn rounds() -> usize {
    count(2, 334)
}

/// Answers of each caller before the change, and after it.
const BEFORE: usize = 4;
const AFTER: usize = 8;

/// What takes a caller's rights away.
#[derive(Clone, Copy)]
enum Taking {
    Deletion,
    Demotion,
    Revocation,
}

/// Takes Jane's rights away while they are in use by many. Answers what they saw, and when the change
/// was answered.
fn take_while_in_use(stage: &Stage, jane: &Client, taking: Taking) -> (Vec<Seen>, Instant) {
    let path = format!("/api/users/{JANE}");
    let keys = stage.place.cli(&["api-key", "list", JANE, "--json"]).json();
    let name = keys[0]["id"].as_str().unwrap();
    let hammers = Hammers::start(jane, name, BEFORE);
    match taking {
        Taking::Deletion => drop(stage.admin.delete(&path).gives(204)),
        Taking::Demotion => {
            let lower = json!({"email": JANE, "accountRole": "none"});
            stage.admin.put(&path, &lower).gives(204);
        }
        Taking::Revocation => drop(stage.place.cli(&["api-key", "revoke", name]).succeeds()),
    }
    let taken_at = now();
    hammers.wait_for(AFTER);
    (hammers.stop(), taken_at)
}

const fn is_success(seen: &Seen) -> bool {
    seen.reply.status < 300
}

/// Whether it was answered as one without the right.
fn is_refused(seen: &Seen) -> bool {
    matches!(seen.reply.json()["code"].as_str(), Some("invalid_credential" | "permission_denied"))
}

/// Reads that begin within `grace` of the change may still succeed, changes may not.
fn race(trial: &Trial, stage: &Stage, at: &Client, taking: Taking, grace: Duration) {
    for round in 0..rounds() {
        let jane = at.by(stage.person(JANE, "admin").key());
        let (seen, taken_at) = take_while_in_use(stage, &jane, taking);
        let (after, before): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|seen| seen.began > taken_at);
        assert!(before.iter().filter(|seen| is_success(seen)).count() >= BEFORE, "round {round}");
        assert!(after.iter().filter(|seen| is_refused(seen)).count() >= AFTER, "round {round}");
        for seen in after {
            let later = seen.began.duration_since(taken_at);
            let is_granted = seen.is_read && is_success(&seen) && later <= grace;
            assert!(is_granted || is_refused(&seen), "round {round}: {later:?} {:?}", seen.reply);
        }
        if !matches!(taking, Taking::Deletion) {
            stage.admin.delete(&format!("/api/users/{JANE}")).gives(204);
        }
        trial.tried(1);
    }
}

impl Taking {
    const fn words(self) -> &'static str {
        match self {
            Self::Deletion => "deletion",
            Self::Demotion => "demotion",
            Self::Revocation => "revocation of a key",
        }
    }
}

fn at_one_server(store: Store, taking: Taking) {
    let trial = promise("T5", taking.words(), store.ground());
    let stage = Stage::new(store);
    race(&trial, &stage, &stage.admin, taking, Duration::ZERO);
}

fn at_two_servers(store: Store, taking: Taking, grace: Duration) {
    let trial = promise("T5", &format!("{} at another replica", taking.words()), store.ground());
    let stage = Stage::new(store);
    let other = stage.replica();
    race(&trial, &stage, &other.anonymous(), taking, grace);
}

fn nothing_begun_after_a_deletion_succeeds(store: Store) {
    at_one_server(store, Taking::Deletion);
}

fn nothing_begun_after_a_demotion_succeeds(store: Store) {
    at_one_server(store, Taking::Demotion);
}

fn nothing_begun_after_a_revocation_succeeds(store: Store) {
    at_one_server(store, Taking::Revocation);
}

fn at_another_server_nothing_begun_a_lease_after_a_deletion_succeeds(store: Store) {
    at_two_servers(store, Taking::Deletion, EpochLease::LENGTH);
}

fn at_another_server_nothing_begun_a_lease_after_a_demotion_succeeds(store: Store) {
    at_two_servers(store, Taking::Demotion, EpochLease::LENGTH);
}

fn at_another_server_nothing_begun_after_a_revoking_command_succeeds(store: Store) {
    at_two_servers(store, Taking::Revocation, Duration::ZERO);
}
