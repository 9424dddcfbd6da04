//! Signing in over HTTP, as a person with a password.

use serde_json::{Value, json};

use crate::{
    client::{Client, Reply},
    place::{Store, on_both_stores},
    stage::Stage,
};

on_both_stores!(
    a_person_signs_in_works_and_signs_out,
    a_password_set_on_the_command_line_ends_the_sessions,
);

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "purple turtles dance at noon";
const OTHER_PASSWORD: &str = "quiet rivers carry stones";
const PROFILE: &str = "/api/environment/profile";

/// A directory in which Jane has a password.
fn with_jane(store: Store) -> Stage {
    let stage = Stage::new(store);
    stage.admin.add(JANE, "editor").gives(201);
    set_password(&stage, PASSWORD);
    stage
}

fn set_password(stage: &Stage, password: &str) {
    let set = ["user", "set-password", JANE];
    stage.place.cli_with(&set, &format!("{password}\n")).succeeds();
}

fn try_to_sign_in(client: &Client, password: &str) -> Reply {
    client.post("/api/session", &json!({"email": JANE, "password": password}))
}

fn sign_in(stage: &Stage, password: &str) -> Client {
    let begun: Value = try_to_sign_in(&stage.server.anonymous(), password).gives(201).json();
    stage.server.client(begun["token"].as_str().unwrap())
}

fn a_person_signs_in_works_and_signs_out(store: Store) {
    let stage = with_jane(store);
    let jane = sign_in(&stage, PASSWORD);
    assert_eq!(jane.get(PROFILE).gives(200).json()["user"], JANE);
    let other_replica = stage.replica();
    assert_eq!(jane.at(other_replica.address()).get(PROFILE).gives(200).json()["user"], JANE);
    let sessions = jane.get("/api/sessions").gives(200).json();
    assert_eq!(
        (&sessions[0]["address"], &sessions[0]["current"]),
        (&"127.0.0.1".into(), &true.into())
    );
    jane.delete("/api/session").gives(204);
    jane.get(PROFILE).refuses(401, "invalid_credential");
}

fn a_password_set_on_the_command_line_ends_the_sessions(store: Store) {
    let stage = with_jane(store);
    let jane = sign_in(&stage, PASSWORD);
    jane.get(PROFILE).gives(200);
    set_password(&stage, OTHER_PASSWORD);
    jane.get(PROFILE).refuses(401, "invalid_credential");
    try_to_sign_in(&stage.server.anonymous(), PASSWORD).refuses(401, "invalid_credential");
    sign_in(&stage, OTHER_PASSWORD).get(PROFILE).gives(200);
}

#[test]
fn too_many_attempts_must_wait_also_after_a_restart() {
    let stage = with_jane(Store::Sqlite);
    for _ in 0..10 {
        try_to_sign_in(&stage.server.anonymous(), OTHER_PASSWORD)
            .refuses(401, "invalid_credential");
    }
    let restarted = stage.replica();
    for server in [&stage.server, &restarted] {
        let refused = try_to_sign_in(&server.anonymous(), PASSWORD);
        let wait: u32 = refused.find("retry-after").unwrap().parse().unwrap();
        assert!((1..=6).contains(&wait), "{wait}");
        refused.refuses(429, "too_many_requests");
    }
}
