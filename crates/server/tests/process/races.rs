//! A4: many who want the same seat or the same email at once, at one server and over two.

use std::{slice, thread, time::Duration};

use dqops_users_trust::{Trial, count, is_full, promise};

use crate::{
    client::Client,
    crowd::{Request, volley},
    insider::Insider,
    place::{Store, on_both_stores},
    stage::Stage,
    vendor,
};

on_both_stores!(
    of_many_creates_at_one_free_seat_exactly_one_is_made,
    of_many_creates_at_one_free_seat_over_two_servers_exactly_one_is_made,
    an_import_on_the_command_line_and_many_creates_do_not_share_the_last_seat,
    of_many_creates_of_one_email_exactly_one_is_made,
    of_many_creates_of_one_email_over_two_servers_exactly_one_is_made,
);

const AT_ONCE: usize = 64;

fn rounds() -> usize {
    count(5, 200)
}

/// A directory with one free seat.
fn with_one_free_seat(store: Store) -> Stage {
    let stage = Stage::with_licence(store, &vendor::team(3));
    stage.admin.add("jane@example.com", "viewer").gives(201);
    stage
}

fn race_for_a_seat(trial: &Trial, stage: &Stage, admins: &[Client]) {
    let insider = Insider::at(&stage.place);
    let names: Vec<_> = (0..AT_ONCE).map(|number| format!("new{number}@example.com")).collect();
    for round in 0..rounds() {
        let admins = admins.iter().cycle();
        let requests: Vec<_> =
            admins.zip(&names).map(|(admin, name)| Request::create(admin, name)).collect();
        let mut made = Vec::new();
        for (name, reply) in names.iter().zip(volley(&requests)) {
            if reply.status == 201 {
                made.push(name.as_str());
            } else {
                reply.refuses(400, "user_limit_reached");
            }
        }
        assert_eq!(made.len(), 1, "round {round}: {made:?}");
        assert_eq!(insider.emails(), ["admin@example.com", "jane@example.com", made[0]]);
        stage.admin.delete(&format!("/api/users/{}", made[0])).gives(204);
        trial.tried(1);
    }
}

fn of_many_creates_at_one_free_seat_exactly_one_is_made(store: Store) {
    let trial = promise("A4", "64 creates", store.ground());
    let stage = with_one_free_seat(store);
    race_for_a_seat(&trial, &stage, slice::from_ref(&stage.admin));
}

fn of_many_creates_at_one_free_seat_over_two_servers_exactly_one_is_made(store: Store) {
    let trial = promise("A4", "64 creates over two replicas", store.ground());
    let stage = with_one_free_seat(store);
    let other = stage.replica();
    race_for_a_seat(&trial, &stage, &[stage.admin.clone(), stage.admin.at(other.address())]);
}

fn an_import_on_the_command_line_and_many_creates_do_not_share_the_last_seat(store: Store) {
    let trial = promise("A4", "an import as another process, and 63 creates", store.ground());
    let stage = with_one_free_seat(store);
    let insider = Insider::at(&stage.place);
    stage.place.file("row.csv", "email,accountRole\nrow@example.com,viewer\n");
    let names: Vec<_> = (1..AT_ONCE).map(|number| format!("new{number}@example.com")).collect();
    let requests: Vec<_> = names.iter().map(|name| Request::create(&stage.admin, name)).collect();
    let mut imported = 0;
    for round in 0..rounds() {
        let (done, replies) = thread::scope(|scope| {
            let import = stage.place.program(&["user", "import", "row.csv"]);
            let importing = scope.spawn(move || import.run());
            // The creates come when the command has begun its work, a little later each time.
            thread::sleep(Duration::from_millis(round as u64 % 50));
            let replies = volley(&requests);
            (importing.join().unwrap(), replies)
        });
        let made = names.iter().zip(replies);
        let made = made.filter(|(_, reply)| reply.status == 201).map(|(name, _)| name.as_str());
        let mut made: Vec<_> = made.collect();
        if done.code == Some(0) {
            made.push("row@example.com");
            imported += 1;
        } else {
            assert!(done.stderr.contains("3 seats and all are taken"), "round {round}: {done:?}");
        }
        assert_eq!(made.len(), 1, "round {round}: {made:?}");
        let mut expected = vec!["admin@example.com", "jane@example.com", made[0]];
        expected.sort_unstable();
        assert_eq!(insider.emails(), expected);
        stage.admin.delete(&format!("/api/users/{}", made[0])).gives(204);
        trial.tried(1);
    }
    let both_won = (1..rounds()).contains(&imported);
    assert!(both_won || !is_full(), "the import won {imported} times");
    trial.figure(format!("the import won {imported} times"));
}

fn race_for_an_email(stage: &Stage, admins: &[Client]) {
    let insider = Insider::at(&stage.place);
    for round in 0..rounds() {
        let spelled = [format!("Jane{round}@Example.com"), format!("jane{round}@example.com")];
        let requests: Vec<_> = (0..AT_ONCE)
            .map(|number| Request::create(&admins[number % admins.len()], &spelled[number / 2 % 2]))
            .collect();
        let mut made = 0;
        for reply in volley(&requests) {
            if reply.status == 201 {
                made += 1;
            } else {
                reply.refuses(409, "user_exists");
            }
        }
        assert_eq!(made, 1, "round {round}");
        assert_eq!(insider.emails().len(), round + 2, "round {round}");
    }
}

fn of_many_creates_of_one_email_exactly_one_is_made(store: Store) {
    let stage = Stage::new(store);
    race_for_an_email(&stage, slice::from_ref(&stage.admin));
}

fn of_many_creates_of_one_email_over_two_servers_exactly_one_is_made(store: Store) {
    let stage = Stage::new(store);
    let other = stage.replica();
    race_for_an_email(&stage, &[stage.admin.clone(), stage.admin.at(other.address())]);
}
