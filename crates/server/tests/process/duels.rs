//! A3: two admins who take each other away at once leave one of them, at one server and over two.

use dqops_users_trust::{Trial, count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply},
    crowd::{Request, volley},
    insider::Insider,
    place::{Store, on_both_stores},
    server::{ADMIN, Server},
    stage::Stage,
    time::{PATIENCE, eventually},
};

on_both_stores!(
    two_admins_who_demote_each_other_leave_one,
    two_admins_who_demote_each_other_over_two_servers_leave_one,
    two_admins_who_delete_each_other_leave_one,
    two_admins_who_delete_each_other_over_two_servers_leave_one,
    two_admins_who_both_step_down_leave_one,
);

const NAMES: [&str; 2] = [ADMIN, "bob@example.com"];

/// What an admin does to another.
type Deed = for<'c> fn(&'c Client, &str) -> Request<'c>;

/// Each of them acts on its target, in turns first. Answers the one who did it; the other was refused.
fn duel(admins: &[Client; 2], deed: Deed, targets: [&str; 2], round: usize) -> usize {
    let order = if round.is_multiple_of(2) { [0, 1] } else { [1, 0] };
    let requests = order.map(|who| deed(&admins[who], targets[who]));
    let replies = volley(&requests);
    let done: Vec<_> = (0..2).filter(|&turn| replies[turn].status == 204).collect();
    assert_eq!(done.len(), 1, "round {round}: {replies:?}");
    must_be_too_late(&replies[1 - done[0]]);
    order[done[0]]
}

fn must_be_too_late(reply: &Reply) {
    let code = reply.json()["code"].as_str().unwrap().to_owned();
    let known = [(401, "invalid_credential"), (403, "permission_denied"), (409, "last_admin")];
    assert!(known.contains(&(reply.status, code.as_str())), "{reply:?}");
}

/// Two admins, and no other; the second one at `other` if there is one.
fn two_admins(stage: &Stage, other: Option<&Server>) -> [Client; 2] {
    let bob = stage.person(NAMES[1], "admin");
    let at = other.map_or(stage.server.address(), Server::address);
    [stage.admin.clone(), bob.at(at)]
}

fn demotions(trial: &Trial, stage: &Stage, admins: &[Client; 2], targets: [&str; 2]) {
    let insider = Insider::at(&stage.place);
    for round in 0..count(20, 1000) {
        let winner = duel(admins, |admin, name| Request::demote(admin, name), targets, round);
        let loser = targets[winner];
        let left = NAMES.into_iter().find(|name| *name != loser).unwrap();
        assert_eq!(insider.admins(), [left], "round {round}");
        let left = &admins[NAMES.iter().position(|name| *name == left).unwrap()];
        let again = json!({"email": loser, "accountRole": "admin"});
        // A server that did not do it itself may learn only now who is an admin.
        eventually(PATIENCE, "who is left can restore the other", || {
            let restored = left.put(&format!("/api/users/{loser}"), &again);
            (restored.status == 204).then_some(())
        });
        trial.tried(1);
    }
}

const EACH_OTHER: [&str; 2] = [NAMES[1], NAMES[0]];

fn two_admins_who_demote_each_other_leave_one(store: Store) {
    let trial = promise("A3", "demotions of each other", store.ground());
    let stage = Stage::new(store);
    demotions(&trial, &stage, &two_admins(&stage, None), EACH_OTHER);
}

fn two_admins_who_demote_each_other_over_two_servers_leave_one(store: Store) {
    let trial = promise("A3", "demotions of each other over two replicas", store.ground());
    let stage = Stage::new(store);
    let other = stage.replica();
    demotions(&trial, &stage, &two_admins(&stage, Some(&other)), EACH_OTHER);
}

fn two_admins_who_both_step_down_leave_one(store: Store) {
    let trial = promise("A3", "both step down over two replicas", store.ground());
    let stage = Stage::new(store);
    let other = stage.replica();
    demotions(&trial, &stage, &two_admins(&stage, Some(&other)), NAMES);
}

fn deletions(trial: &Trial, stage: &Stage, other: Option<&Server>) {
    let insider = Insider::at(&stage.place);
    let mut admins = two_admins(stage, other);
    for round in 0..count(10, 1000) {
        let winner = duel(&admins, |admin, name| Request::delete(admin, name), EACH_OTHER, round);
        assert_eq!(insider.emails(), [NAMES[winner]], "round {round}");
        assert_eq!(insider.admins(), [NAMES[winner]], "round {round}");
        let loser = 1 - winner;
        admins[winner].add(NAMES[loser], "admin").gives(201);
        admins[loser] = admins[loser].by(&insider.key_of(NAMES[loser]));
        trial.tried(1);
    }
}

fn two_admins_who_delete_each_other_leave_one(store: Store) {
    let trial = promise("A3", "deletions of each other", store.ground());
    deletions(&trial, &Stage::new(store), None);
}

fn two_admins_who_delete_each_other_over_two_servers_leave_one(store: Store) {
    let trial = promise("A3", "deletions of each other over two replicas", store.ground());
    let stage = Stage::new(store);
    let other = stage.replica();
    deletions(&trial, &stage, Some(&other));
}
