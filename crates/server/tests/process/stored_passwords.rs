//! P1: in which form passwords are stored.

use std::collections::HashSet;

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::patiently,
    people::{
        OTHER_PASSWORD, PASSWORD, add_all, names, redeem, reset_password, set_password,
        side_by_side,
    },
    place::{Place, Store, on_both_stores},
    server::ADMIN,
    stage::Stage,
};

on_both_stores!(
    of_many_who_chose_the_same_password_none_is_stored_weaker_and_no_two_share_a_salt,
    however_a_password_is_set_it_is_stored_as_strong,
);

/// The salt of a stored password, which is as strong as was promised.
fn salt_of(hash: &str) -> Vec<u8> {
    let parts: Vec<_> = hash.split('$').collect();
    let ["", "argon2id", "v=19", costs, salt, output] = parts[..] else { panic!("{hash}") };
    let cost = |name: &str| -> u32 {
        let found = costs.split(',').find_map(|cost| cost.strip_prefix(name));
        found.and_then(|cost| cost.parse().ok()).unwrap_or_else(|| panic!("{name} {hash}"))
    };
    assert!(cost("m=") >= 19_456 && cost("t=") >= 2 && cost("p=") == 1, "{hash}");
    let [salt, output] = [salt, output].map(|text| BASE64_STANDARD_NO_PAD.decode(text).unwrap());
    assert!(salt.len() == 16 && output.len() == 32, "{hash}");
    salt
}

fn of_many_who_chose_the_same_password_none_is_stored_weaker_and_no_two_share_a_salt(store: Store) {
    let trial = promise("P1", "users who chose the same password", store.ground());
    let stage = Stage::new(store);
    let users = names("user", count(8, 1000));
    add_all(&stage.place, &users, "viewer");
    side_by_side(4, users.len(), |number| {
        reset_password(&stage, &users[number], PASSWORD).gives(204);
    });
    let hashes = stage.place.password_hashes(&users);
    let salts: HashSet<_> = hashes.iter().map(|hash| salt_of(hash.as_ref().unwrap())).collect();
    assert_eq!(salts.len(), users.len(), "a salt is shared");
    trial.tried(users.len());
}

fn however_a_password_is_set_it_is_stored_as_strong(store: Store) {
    let trial = promise("P1", "ways to set a password", store.ground());
    let place = Place::new(store);
    let server = place.server().start();
    let code = server.setup_code().unwrap();
    let sent = json!({"code": code, "email": ADMIN, "password": PASSWORD});
    let made = patiently(|| server.anonymous().post("/api/setup", &sent)).gives(201).json();
    let admin = server.client(made["apiKey"].as_str().unwrap());
    let users = [ADMIN, "by-admin@example.com", "by-command@example.com", "by-link@example.com"];
    for user in &users[1..] {
        admin.add(user, "viewer").gives(201);
    }
    let path = format!("/api/users/{}/password", users[1]);
    patiently(|| admin.put_text(&path, PASSWORD)).gives(204);
    set_password(&place, users[2], PASSWORD);
    let link = admin.send("POST", &format!("/api/users/{}/passwordlink", users[3]), None);
    let link = link.unwrap().gives(201).json()["link"].as_str().unwrap().to_owned();
    redeem(&server.anonymous(), &link, PASSWORD);
    let mut salts = HashSet::new();
    let mut must_be_new = |user: &str| {
        assert!(salts.insert(salt_of(&place.password_hash(user).unwrap())), "{user}");
        trial.tried(1);
    };
    for user in users {
        must_be_new(user);
    }
    patiently(|| admin.put_text("/api/mypassword", OTHER_PASSWORD)).gives(204);
    must_be_new(ADMIN);
}
