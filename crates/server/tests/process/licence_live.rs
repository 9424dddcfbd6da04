//! Licences that come, go and lapse while the server runs.

use dqops_users_trust::{count, promise};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    stage::Stage,
    time::{PATIENCE, eventually},
    vendor::{self, Terms},
};

on_both_stores!(
    a_licence_counts_as_soon_as_the_command_says_so,
    a_licence_that_lapses_while_servers_run_stops_adding_and_nothing_else,
    a_clock_that_was_set_back_by_more_than_a_day_is_noticed,
    with_a_lapsed_licence_nobody_is_locked_out,
);

fn install(place: &Place, licence: &str) {
    place.cli(&["licence", "install", licence]).succeeds();
}

/// Adds users until the seats are taken, and answers how many there are then.
fn fill(stage: &Stage, name: &str) -> usize {
    for number in 0..20 {
        let reply = stage.admin.add(&format!("{name}{number}@example.com"), "viewer");
        if reply.status != 201 {
            reply.refuses(400, "user_limit_reached");
            return stage.admin.emails().len();
        }
    }
    panic!("there is no end of seats");
}

fn a_licence_counts_as_soon_as_the_command_says_so(store: Store) {
    let stage = Stage::with_licence(store, "");
    assert_eq!(fill(&stage, "evaluation"), 5);
    install(&stage.place, &vendor::team(7));
    assert_eq!(fill(&stage, "team"), 7);
    let domain = ["data-domain", "add", "sales"];
    stage.place.cli(&domain).fails(1);
    install(&stage.place, &vendor::enterprise());
    stage.place.cli(&domain).succeeds();
    let admin = stage.admin.get("/api/users/admin@example.com").gives(200).json();
    assert_eq!(admin["dataDomainRoles"], json!({"(default)": "none", "sales": "none"}));
    stage.admin.add("enterprise@example.com", "viewer").gives(201);
    install(&stage.place, &vendor::team(8));
    stage.admin.add("late@example.com", "viewer").refuses(400, "user_limit_reached");
    let admin = stage.admin.get("/api/users/admin@example.com").gives(200).json();
    assert_eq!(admin, json!({"email": "admin@example.com", "accountRole": "admin"}));
    stage.place.cli(&["licence", "remove"]).succeeds();
    stage.admin.add("late@example.com", "viewer").refuses(400, "user_limit_reached");
    assert_eq!(stage.admin.emails().len(), 8);
    let shown = stage.place.cli(&["licence", "show", "--json"]).json();
    assert_eq!((&shown["evaluation"], &shown["seats"]), (&json!(true), &json!(5)));
}

#[expect(clippy::disallowed_methods, reason = "the server judges a licence by the system's clock")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// L2: at its very end, on every replica; the promise is within a minute.
fn a_licence_that_lapses_while_servers_run_stops_adding_and_nothing_else(store: Store) {
    let trial = promise("L2", "the end of a licence on two replicas", store.ground());
    let stage = Stage::with_licence(store, "");
    let other = stage.replica();
    let admins = [stage.admin.clone(), stage.admin.at(other.address())];
    let (mut latest, mut added) = (SignedDuration::ZERO, 0);
    for round in 0..count(1, 20) {
        let end = wall_clock() + SignedDuration::from_millis(2500);
        let expires = end.to_string();
        let terms = Terms { expires: Some(&expires), ..Terms::default() };
        install(&stage.place, &vendor::sign_terms(&terms));
        for (replica, admin) in admins.iter().enumerate() {
            let mut made = 0;
            eventually(PATIENCE, "the licence lapses", || {
                let began = wall_clock();
                let reply =
                    admin.add(&format!("user{replica}-{round}-{made}@example.com"), "viewer");
                if reply.status == 201 {
                    assert!(began < end, "added after its end");
                    made += 1;
                    return None;
                }
                let refused = wall_clock();
                assert!(refused >= end, "refused before its end: {reply:?}");
                latest = latest.max(refused.duration_since(end));
                Some(reply.refuses(403, "licence_expired"))
            });
            assert!(made > 0 || replica > 0, "there was no time to add anybody");
            added += made;
            trial.tried(1);
        }
        let shown = stage.place.cli(&["licence", "show", "--json"]).json();
        assert_eq!((&shown["state"], &shown["clockSetBack"]), (&json!("lapsed"), &json!(false)));
        assert_eq!(stage.admin.emails().len(), 1 + added, "the admin, and whom an answer said");
        stage.admin.delete(&format!("/api/users/user0-{round}-0@example.com")).gives(204);
        added -= 1;
    }
    trial.figure(format!("refused within {} ms of the end", latest.as_millis()));
    install(&stage.place, &vendor::team(1_000_000));
    stage.admin.add("user0-0-0@example.com", "viewer").gives(201);
}

/// The clock of the machine stays as it is: the time that was seen last is set forward instead.
fn a_clock_that_was_set_back_by_more_than_a_day_is_noticed(store: Store) {
    let trial = promise("L2", "a clock that was set back", store.ground());
    let stage = Stage::with_licence(store, "");
    let end = (wall_clock() + SignedDuration::from_hours(12)).to_string();
    install(&stage.place, &vendor::sign_terms(&Terms { expires: Some(&end), ..Terms::default() }));
    stage.admin.add("before@example.com", "viewer").gives(201);
    for (hours, is_noticed) in [(1, false), (23, false), (25, true), (240, true)] {
        let seen = (wall_clock() + SignedDuration::from_hours(hours)).as_microsecond();
        stage.place.raw(&format!("UPDATE directory SET latest_time = {seen}"));
        // A server that starts now, and one that ran before and learns it with its next change.
        let restarted = stage.place.server().start();
        stage.admin.delete(&format!("/api/users/{}", stage.admin.emails()[1])).gives(204);
        for (at, admin) in [&stage.admin, &stage.admin.at(restarted.address())].iter().enumerate() {
            let reply = admin.add(&format!("user{hours}-{at}@example.com"), "viewer");
            if is_noticed {
                reply.refuses(403, "licence_expired");
            } else {
                reply.gives(201);
            }
            trial.tried(1);
        }
        let shown = stage.place.cli(&["licence", "show", "--json"]).json();
        assert_eq!(shown["clockSetBack"], is_noticed, "{hours} h");
        assert_eq!(shown["state"], if is_noticed { "lapsed" } else { "valid" });
    }
    install(&stage.place, &vendor::team(1_000_000));
    stage.admin.add("after@example.com", "viewer").gives(201);
}

/// One that lapsed long ago.
fn lapsed() -> String {
    let (issued, expires) = ("2019-01-01T00:00:00Z", Some("2020-01-01T00:00:00Z"));
    vendor::sign_terms(&Terms { issued, expires, ..Terms::default() })
}

fn with_a_lapsed_licence_nobody_is_locked_out(store: Store) {
    let before = Stage::with_licence(store, "");
    let jane = before.person("jane@example.com", "editor");
    before.admin.add("joe@example.com", "viewer").gives(201);
    let (admin, place) = (before.admin, before.place);
    before.server.stop().0.succeeds();
    let server = place.server().env("DQOPS_USERS_LICENCE", &lapsed()).start();
    assert!(server.banner().contains("lapsed"), "{}", server.banner());
    let (admin, jane) = (admin.at(server.address()), jane.at(server.address()));

    admin.add("new@example.com", "viewer").refuses(403, "licence_expired");
    let role = |email: &str, role: &str| {
        admin.put(&format!("/api/users/{email}"), &json!({"email": email, "accountRole": role}))
    };
    role("joe@example.com", "editor").refuses(403, "licence_expired");

    assert_eq!(jane.emails(), ["admin@example.com", "jane@example.com", "joe@example.com"]);
    jane.get("/api/users/joe@example.com").gives(200);
    jane.get("/api/environment/profile").gives(200);
    let key = jane.get("/api/environment/issueapikey").gives(200).json();
    server.client(key.as_str().unwrap()).get("/api/users").gives(200);
    jane.put_text("/api/mypassword", "purple turtles dance at noon").gives(204);
    admin.put_text("/api/users/joe@example.com/password", "green turtles sleep").gives(204);
    role("jane@example.com", "viewer").gives(204);
    admin.delete("/api/users/joe@example.com").gives(204);
    place.cli(&["api-key", "issue", "jane@example.com"]).succeeds();

    install(&place, &vendor::team(3));
    admin.add("new@example.com", "viewer").gives(201);
}

#[test]
fn a_directory_begins_even_with_a_lapsed_licence() {
    let stage = Stage::with_licence(Store::Sqlite, &lapsed());
    assert_eq!(stage.admin.emails(), ["admin@example.com"]);
    stage.admin.add("jane@example.com", "viewer").refuses(403, "licence_expired");
    install(&stage.place, &vendor::team(2));
    stage.admin.add("jane@example.com", "viewer").gives(201);
}

/// The seats say which licence is in force.
#[test]
fn of_the_installed_and_the_given_licence_the_later_issued_counts() {
    let place = Place::new(Store::Sqlite);
    let licence = |seats, issued| vendor::sign_terms(&Terms { seats, issued, ..Terms::default() });
    let early = licence(10, "2026-01-01T00:00:00Z");
    let middle = licence(20, "2026-02-01T00:00:00Z");
    let late = licence(30, "2026-03-01T00:00:00Z");
    let as_late = licence(31, "2026-03-01T00:00:00Z");
    let seats = || place.cli(&["licence", "show", "--json"]).json()["seats"].clone();
    let start = |given: &str| {
        drop(place.server().env("DQOPS_USERS_LICENCE", given).start());
        seats()
    };
    assert_eq!(start(&middle), 20);
    assert_eq!(start(&early), 20, "an old setting undid the installed one");
    assert_eq!(start(&late), 30);
    assert_eq!(start(&as_late), 30, "one issued at the same time replaced the installed one");
    assert_eq!(start(""), 30);
    install(&place, &early);
    assert_eq!(seats(), 10, "what an administrator installs counts");
    assert_eq!(start(&middle), 20);
    place.cli(&["licence", "remove"]).succeeds();
    assert_eq!(seats(), 5);
    assert_eq!(start(&early), 10);
}
