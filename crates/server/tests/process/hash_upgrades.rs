//! P7: weaker hashes are replaced on a sign-in that succeeds, and never in the place of a password
//! that was set meanwhile.

use std::{thread, time::Duration};

use dqops_users_trust::{count, is_full, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, patiently},
    people::{OTHER_PASSWORD, add_all, address, names, reset_password, sign_in, try_to_sign_in},
    place::{Store, on_both_stores},
    stage::Stage,
};

on_both_stores!(
    a_weaker_hash_is_replaced_on_success_only,
    a_password_change_beside_an_upgrade_wins,
);

/// What was hashed with less memory, with fewer passes, and with both.
const PASSWORD: &str = "correct horse battery staple";
const WEAK: [(&str, &str); 3] = [
    (
        "m=8192,t=2",
        "UPDATE passwords SET hash = '$argon2id$v=19$m=8192,t=2,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    ),
    (
        "m=19456,t=1",
        "UPDATE passwords SET hash = '$argon2id$v=19$m=19456,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$XSxErtBNIYaAxrZJ/lW9e4HO36iXPTDHooO8LpuE0TY'",
    ),
    (
        "m=8192,t=1",
        "UPDATE passwords SET hash = '$argon2id$v=19$m=8192,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$sTUUVQgpIXAXO97WczUlPcBAXP8+Yd2l/yBPyAPDNig'",
    ),
];
const STRONG: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// Users of whom all have the weakest of these.
fn with_weak_hashes(store: Store, count: usize) -> (Stage, Vec<String>) {
    let (stage, users) = (Stage::behind_a_proxy(store), names("user", count));
    add_all(&stage.place, &users, "viewer");
    stage.place.raw(
        "INSERT INTO passwords (user_id, hash, changed_at) SELECT id, '$argon2id$v=19$m=8192,t=1,p=1$AwMDAwMDAwMDAwMDAwMDAw$sTUUVQgpIXAXO97WczUlPcBAXP8+Yd2l/yBPyAPDNig', 0 FROM users",
    );
    (stage, users)
}

fn fail(client: &Client, user: &str, password: &str) -> Reply {
    patiently(|| try_to_sign_in(client, user, password))
}

fn a_weaker_hash_is_replaced_on_success_only(store: Store) {
    let trial = promise("P7", "sign-ins with weaker hashes", store.ground());
    // More than a hundred attempts on one account have to wait.
    let (stage, users) = with_weak_hashes(store, 6);
    let as_role = |user: &str, role: &str| {
        let sent = json!({"email": user, "accountRole": role});
        stage.admin.put(&format!("/api/users/{user}"), &sent).gives(204);
    };
    let rounds = count(1, 20);
    for (number, (costs, weaken)) in WEAK.iter().cycle().take(WEAK.len() * rounds).enumerate() {
        let client = stage.server.anonymous().from(&address(number));
        let user = users[number % users.len()].as_str();
        let stored = || stage.place.password_hash(user).unwrap();
        stage.place.raw(weaken);
        let weak = stored();
        assert!(weak.contains(costs), "{weak}");
        fail(&client, user, OTHER_PASSWORD).refuses(401, "invalid_credential");
        assert_eq!(stored(), weak, "after a wrong password");
        as_role(user, "none");
        fail(&client, user, PASSWORD).refuses(401, "invalid_credential");
        assert_eq!(stored(), weak, "after a sign-in without a role");
        as_role(user, "viewer");
        sign_in(&client, user, PASSWORD);
        let upgraded = stored();
        assert!(upgraded.starts_with(STRONG), "{upgraded}");
        sign_in(&client, user, PASSWORD);
        assert_eq!(stored(), upgraded, "one of today's costs is kept");
        trial.tried(4);
    }
}

fn a_password_change_beside_an_upgrade_wins(store: Store) {
    let trial = promise("P7", "password changes beside an upgrade", store.ground());
    let (stage, users) = with_weak_hashes(store, count(12, 200));
    let mut let_in = 0;
    for (round, user) in users.iter().enumerate() {
        let client = stage.server.anonymous().from(&address(round));
        let signed_in = thread::scope(|scope| {
            let signing_in = scope.spawn(|| try_to_sign_in(&client, user, PASSWORD));
            // Sometimes the one is first, sometimes the other.
            thread::sleep(Duration::from_millis(round as u64 * 5 % 60));
            reset_password(&stage, user, OTHER_PASSWORD).gives(204);
            signing_in.join().unwrap()
        });
        if signed_in.status == 201 {
            let_in += 1;
            let session = client.by(signed_in.json()["token"].as_str().unwrap());
            session.get("/api/environment/profile").refuses(401, "invalid_credential");
        } else {
            assert!(matches!(signed_in.status, 401 | 503), "{signed_in:?}");
        }
        fail(&client, user, PASSWORD).refuses(401, "invalid_credential");
        sign_in(&client, user, OTHER_PASSWORD);
        trial.tried(1);
    }
    let both_came_first = (1..users.len()).contains(&let_in);
    assert!(both_came_first || !is_full(), "the old password came first in {let_in}");
    trial.figure(format!("the old password came first in {let_in}"));
    for hash in stage.place.password_hashes(&users) {
        assert!(hash.unwrap().starts_with(STRONG));
    }
}
