//! T5: what was taken away from a caller opens nothing from the next request on, however busy the
//! caller is; at another server it opens nothing from the end of the lease on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use dqops_users_storage::EpochLease;
use dqops_users_trust::{count, promise};

use crate::{
    client::{Client, Reply, patiently},
    crowd::{CHANGED, Ending, Hammers, Seen},
    people::{PASSWORD, add_all_with_password, address, names, try_to_sign_in},
    place::{Store, on_both_stores},
    stage::Stage,
    taking::Taking,
    time::{now, percentile},
};

on_both_stores!(
    nothing_begun_after_a_password_change_succeeds,
    nothing_begun_after_a_reset_succeeds,
    nothing_begun_after_a_deletion_succeeds,
    nothing_begun_after_a_demotion_succeeds,
    nothing_begun_after_a_revocation_succeeds,
    at_another_server_nothing_begun_a_lease_after_any_of_these_succeeds,
    nothing_begun_after_a_revoking_command_succeeds,
);

/// Answers of each caller before the change, and after it.
const BEFORE: usize = 2;
const AFTER: usize = 3;

/// Admins who have a password, one for each round.
fn with_admins(store: Store, rounds: usize) -> (Stage, Vec<String>) {
    let (stage, users) = (Stage::behind_a_proxy(store), names("jane", rounds));
    add_all_with_password(&stage.place, &users, "admin");
    stage.admin.add(CHANGED, "viewer").gives(201);
    (stage, users)
}

const fn is_success(seen: &Seen) -> bool {
    seen.reply.status < 300
}

/// Whether it was answered as one without the right.
fn is_refused(reply: &Reply) -> bool {
    matches!(reply.json()["code"].as_str(), Some("invalid_credential" | "permission_denied"))
}

/// Signs in with the password over and over; answers when each attempt began, and what came of it.
fn sign_in_until(is_over: &AtomicBool, at: &Client, user: &str) -> Vec<(Instant, Reply)> {
    let mut seen = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let began = now();
        seen.push((began, try_to_sign_in(at, user, PASSWORD)));
        // A refusal is for good, and the throttle lets only ten of them through.
        if seen.len() == 8 || seen.last().is_some_and(|(_, reply)| reply.status == 401) {
            break;
        }
    }
    seen
}

/// A caller of one server whose rights are taken away at another, or at the same.
struct Round<'r> {
    stage: &'r Stage,
    at: &'r Client,
    user: &'r str,
    number: usize,
    /// How long after the change a read may still succeed; a change may not.
    grace: Duration,
}

impl Round<'_> {
    /// Takes rights away while they are in use. Answers how long after it the last read began that
    /// still succeeded.
    fn run(&self, taking: Taking) -> Duration {
        let (credentials, take) = taking.prepare(self.stage, self.user, self.number);
        let credentials: Vec<_> = credentials.iter().map(|one| one.at(self.at.address())).collect();
        for one in &credentials {
            one.get("/api/users?limit=1").gives(200);
        }
        let hammers = Hammers::start(&credentials, BEFORE);
        let (taken_at, begun) = if taking.ends_the_password() {
            self.take_beside_sign_ins(take)
        } else {
            take();
            (now(), Vec::new())
        };
        thread::sleep(self.grace);
        hammers.wait_for(AFTER);
        let last = self.must_be_over(taking, hammers.stop(), taken_at);
        for (began, reply) in begun {
            self.must_have_ended(&reply, began > taken_at);
        }
        if taking.ends_the_password() {
            let client = self.at.from(&address(self.number));
            let late = patiently(|| try_to_sign_in(&client, self.user, PASSWORD));
            self.must_have_ended(&late, true);
        }
        last
    }

    /// The same user signs in all the while.
    fn take_beside_sign_ins(
        &self,
        take: Box<dyn FnOnce() + '_>,
    ) -> (Instant, Vec<(Instant, Reply)>) {
        let is_over = AtomicBool::new(false);
        let client = self.at.from(&address(self.number));
        thread::scope(|scope| {
            let signing_in = scope.spawn(|| sign_in_until(&is_over, &client, self.user));
            let ending = Ending(&is_over);
            take();
            let taken_at = now();
            drop(ending);
            (taken_at, signing_in.join().unwrap())
        })
    }

    fn must_be_over(&self, taking: Taking, seen: Vec<Seen>, taken_at: Instant) -> Duration {
        let at = format!("{taking:?}, round {}", self.number);
        let (after, before): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|seen| seen.began > taken_at);
        assert!(before.iter().filter(|seen| is_success(seen)).count() >= BEFORE, "{at}");
        assert!(after.iter().filter(|seen| is_refused(&seen.reply)).count() >= AFTER, "{at}");
        let mut last = Duration::ZERO;
        for seen in after {
            let later = seen.began.duration_since(taken_at);
            if is_success(&seen) && seen.is_read {
                last = last.max(later);
            } else {
                assert!(is_refused(&seen.reply), "{at}: {later:?} {:?}", seen.reply);
            }
        }
        assert!(last <= self.grace, "{at}: a read succeeded {last:?} after it");
        last
    }

    /// A sign-in before the change may have succeeded, but its session is over; one after it may not.
    fn must_have_ended(&self, reply: &Reply, is_late: bool) {
        let at = format!("round {}: {reply:?}", self.number);
        if reply.status == 201 {
            assert!(!is_late, "{at}");
            let session = self.at.by(reply.json()["token"].as_str().unwrap());
            // Another server may rely on what it knows until the end of its lease.
            thread::sleep(self.grace);
            assert!(is_refused(&session.get("/api/environment/profile")), "{at}");
        } else {
            assert!(matches!(reply.status, 401 | 503), "{at}");
        }
    }
}

fn at_one_server(store: Store, taking: Taking) {
    let trial = promise("T5", taking.words(), store.ground());
    let (stage, users) = with_admins(store, count(2, 250));
    let (at, grace) = (stage.server.anonymous(), Duration::ZERO);
    for (number, user) in users.iter().enumerate() {
        Round { stage: &stage, at: &at, user, number, grace }.run(taking);
        trial.tried(1);
    }
}

fn nothing_begun_after_a_password_change_succeeds(store: Store) {
    at_one_server(store, Taking::PasswordChange);
}

fn nothing_begun_after_a_reset_succeeds(store: Store) {
    at_one_server(store, Taking::Reset);
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

fn at_another_server_nothing_begun_a_lease_after_any_of_these_succeeds(store: Store) {
    const ALL: [Taking; 5] = [
        Taking::PasswordChange,
        Taking::Reset,
        Taking::Deletion,
        Taking::Demotion,
        Taking::Revocation,
    ];
    let trial = promise("T5", "any of these at another replica", store.ground());
    let (stage, users) = with_admins(store, count(ALL.len(), 400));
    let other = stage.replica_behind_a_proxy();
    let (at, grace) = (other.anonymous(), EpochLease::LENGTH);
    let mut times = Vec::new();
    for (number, user) in users.iter().enumerate() {
        let taking = ALL[number % ALL.len()];
        times.push(Round { stage: &stage, at: &at, user, number, grace }.run(taking));
        trial.tried(1);
    }
    times.sort_unstable();
    let [median, p99, worst] = [50, 99, 100].map(|share| percentile(&times, share));
    let last = "the last read that succeeded began";
    trial.figure(format!(
        "{last} {median:.1?} (median), {p99:.1?} (p99), {worst:.1?} (worst) after the change was answered"
    ));
}

fn nothing_begun_after_a_revoking_command_succeeds(store: Store) {
    let taking = Taking::RevokingCommand;
    let trial = promise("T5", "revoking commands beside a server", store.ground());
    let (stage, users) = with_admins(store, count(2, 50));
    let (at, grace) = (stage.server.anonymous(), Duration::ZERO);
    for (number, user) in users.iter().enumerate() {
        Round { stage: &stage, at: &at, user, number, grace }.run(taking);
        trial.tried(1);
    }
}
