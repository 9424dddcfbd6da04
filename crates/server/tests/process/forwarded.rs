//! T3: from where somebody signs in is what the connection shows, and what configured proxies say.

use dqops_users_trust::{count, promise};

use crate::{
    client::{Client, patiently},
    people::{
        OTHER_PASSWORD, PASSWORD, add_all_with_password, names, side_by_side, try_to_sign_in,
    },
    place::{Store, on_both_stores},
    server::Server,
    stage::Stage,
    time::timed,
};

/// The value of X-Forwarded-For in an attacker's request of that number.
type Header = fn(usize) -> String;

on_both_stores!(
    a_thousand_values_from_elsewhere_are_one_place,
    the_header_counts_from_right_to_left_up_to_the_first_that_is_no_proxy,
);

/// A server that trusts others than this machine.
fn elsewhere(stage: &Stage) -> Server {
    stage.place.server().args(&["--trusted-proxy", "192.0.2.0/24"]).start()
}

/// A value that a client may make up, another one for each number.
fn made_up(number: usize) -> String {
    format!("198.51.{}.{}", number / 250, number % 250)
}

/// Tries a wrong password with each header, and answers how often it was looked at.
fn looked_at(client: &Client, user: &str, header: impl Fn(usize) -> String + Sync) -> usize {
    let tried = side_by_side(4, count(60, 1000), |number| {
        let client = client.from(&header(number));
        let reply = patiently(|| try_to_sign_in(&client, user, OTHER_PASSWORD));
        assert!(matches!(reply.status, 401 | 429), "{reply:?}");
        reply.status == 401
    });
    tried.into_iter().filter(|is_looked_at| *is_looked_at).count()
}

fn a_thousand_values_from_elsewhere_are_one_place(store: Store) {
    let trial = promise("T3", "made-up values, each a thousand times", store.ground());
    let stage = Stage::behind_a_proxy(store);
    let users = names("user", 3);
    add_all_with_password(&stage.place, &users, "viewer");
    let other = elsewhere(&stage);
    let (here, elsewhere) = (stage.server.anonymous(), other.anonymous());
    let attacks: [(&Client, Header); 3] = [
        (&elsewhere, made_up),
        (&here, |number| format!("{}, 203.0.113.5", made_up(number))),
        (&here, |number| format!("192.0.2.7, {}, 127.0.0.1, 203.0.113.6", made_up(number))),
    ];
    for ((client, header), user) in attacks.into_iter().zip(&users) {
        let (seen, took) = timed(|| looked_at(client, user, header));
        let bound = 10 + usize::try_from(took.as_secs() / 6).unwrap();
        assert!((10..=bound).contains(&seen), "{seen} of at most {bound} were looked at");
        trial.tried(count(60, 1000));
    }
}

/// From where the session says that it was begun.
fn noted(client: &Client, user: &str) -> String {
    let begun = patiently(|| try_to_sign_in(client, user, PASSWORD)).gives(201).json();
    let sessions = client.by(begun["token"].as_str().unwrap()).get("/api/sessions").gives(200);
    let sessions = sessions.json();
    let mut current = sessions.as_array().unwrap().iter().filter(|one| one["current"] == true);
    current.next().unwrap()["address"].as_str().unwrap().to_owned()
}

fn the_header_counts_from_right_to_left_up_to_the_first_that_is_no_proxy(store: Store) {
    let trial = promise("T3", "forms of the header", store.ground());
    let stage = Stage::behind_a_proxy(store);
    let users = names("user", 1);
    add_all_with_password(&stage.place, &users, "viewer");
    let (here, elsewhere) = (stage.server.anonymous(), elsewhere(&stage));
    for (header, seen) in [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:7::7", "2001:db8:7::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("192.0.2.1, 198.51.100.7", "198.51.100.7"),
        ("192.0.2.1, 198.51.100.7, 127.0.0.1,127.0.0.1", "198.51.100.7"),
        ("198.51.100.7, unknown", "127.0.0.1"),
        ("198.51.100.7,", "127.0.0.1"),
        ("\"198.51.100.7\"", "127.0.0.1"),
        ("", "127.0.0.1"),
    ] {
        assert_eq!(noted(&here.from(header), &users[0]), seen, "{header}");
        assert_eq!(noted(&elsewhere.anonymous().from(header), &users[0]), "127.0.0.1", "{header}");
        trial.tried(2);
    }
    let two_lines = here.from("192.0.2.1").from("198.51.100.7");
    assert_eq!(noted(&two_lines, &users[0]), "198.51.100.7");
    for name in ["Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"] {
        for server in [&stage.server, &elsewhere] {
            let client = server.anonymous().with(name, "198.51.100.7");
            assert_eq!(noted(&client, &users[0]), "127.0.0.1", "{name}");
            trial.tried(1);
        }
    }
    trial.tried(1);
}
