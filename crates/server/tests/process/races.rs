//! A4: many who want the same seat or the same email at once, at one server and over two.

use std::slice;

use crate::{
    client::Client,
    crowd::{Request, volley},
    place::{Place, Store, on_both_stores},
    stage::Stage,
    vendor,
};

on_both_stores!(
    of_many_creates_at_one_free_seat_exactly_one_is_made,
    of_many_creates_at_one_free_seat_over_two_servers_exactly_one_is_made,
    of_many_creates_of_one_email_exactly_one_is_made,
    of_many_creates_of_one_email_over_two_servers_exactly_one_is_made,
);

const AT_ONCE: usize = 64;

const ROUNDS: usize = 5;

/// The emails in the database, whatever a server remembers.
fn stored(place: &Place) -> Vec<String> {
    let listed = place.cli(&["user", "list"]).succeeds();
    let rows = listed.lines().skip(1);
    rows.map(|row| row.split('\t').next().unwrap().to_owned()).collect()
}

/// A directory with one free seat.
fn with_one_free_seat(store: Store) -> Stage {
    let stage = Stage::with_licence(store, &vendor::team(3));
    stage.admin.add("jane@example.com", "viewer").gives(201);
    stage
}

fn race_for_a_seat(stage: &Stage, admins: &[Client]) {
    let names: Vec<_> = (0..AT_ONCE).map(|number| format!("new{number}@example.com")).collect();
    for round in 0..ROUNDS {
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
        assert_eq!(stored(&stage.place), ["admin@example.com", "jane@example.com", made[0]]);
        stage.admin.delete(&format!("/api/users/{}", made[0])).gives(204);
    }
}

fn of_many_creates_at_one_free_seat_exactly_one_is_made(store: Store) {
    let stage = with_one_free_seat(store);
    race_for_a_seat(&stage, slice::from_ref(&stage.admin));
}

fn of_many_creates_at_one_free_seat_over_two_servers_exactly_one_is_made(store: Store) {
    let stage = with_one_free_seat(store);
    let other = stage.replica();
    race_for_a_seat(&stage, &[stage.admin.clone(), stage.admin.at(other.address())]);
}

fn race_for_an_email(stage: &Stage, admins: &[Client]) {
    for round in 0..ROUNDS {
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
        assert_eq!(stored(&stage.place).len(), round + 2, "round {round}");
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
