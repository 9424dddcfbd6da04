//! T6: API keys end at once, and never do more than their owner may do now.

use dqops_users_trust::{count, promise};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    client::Client,
    place::{Store, on_both_stores},
    stage::Stage,
    taking::key_of,
};

on_both_stores!(
    a_revoked_key_opens_nothing_from_the_next_request_on,
    a_key_opens_nothing_from_the_end_of_its_time_on,
    a_key_may_do_what_its_owner_may_do_now,
    through_a_key_only_keys_of_its_owner_are_issued,
);

const JANE: &str = "jane@example.com";
const JOE: &str = "joe@example.com";

fn a_revoked_key_opens_nothing_from_the_next_request_on(store: Store) {
    let trial = promise("T6", "revocations", store.ground());
    let stage = Stage::new(store);
    let jane = stage.person(JANE, "editor");
    for round in 0..count(9, 600) {
        let (key, id) = key_of(&jane);
        key.get("/api/users").gives(200);
        // By an admin, by another key of the owner, or by itself.
        let by = [&stage.admin, &jane, &key][round % 3];
        by.delete(&format!("/api/keys/{id}")).gives(204);
        key.get("/api/users").refuses(401, "invalid_credential");
        key.post("/api/keys", &json!({"name": "late"})).refuses(401, "invalid_credential");
        trial.tried(1);
    }
    jane.get("/api/users").gives(200);
}

#[expect(clippy::disallowed_methods, reason = "these keys end by the clock of the machine")]
fn time() -> Timestamp {
    Timestamp::now()
}

/// The server counts days; the time of these keys is set behind its back, before it knows them.
fn a_key_opens_nothing_from_the_end_of_its_time_on(store: Store) {
    let trial = promise("T6", "keys whose time ends", store.ground());
    let stage = Stage::new(store);
    let jane = stage.person(JANE, "viewer");
    let keys: Vec<_> = (0..count(4, 200)).map(|_| key_of(&jane)).collect();
    stage.place.raw_either(
        "UPDATE api_keys SET expires_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 1500000 \
         WHERE name = 'key'",
        "UPDATE api_keys \
         SET expires_at = CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) + 1500000 \
         WHERE name = 'key'",
    );
    let listed = stage.place.cli(&["api-key", "list", JANE, "--json"]).json();
    let ends: Vec<Timestamp> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["name"] == "key")
        .map(|key| key["expiresAt"].as_str().unwrap().parse().unwrap())
        .collect();
    let (first, last) = (*ends.iter().min().unwrap(), *ends.iter().max().unwrap());
    let (mut before, mut after) = (0, 0);
    let mut wire = jane.connect().unwrap();
    while after < keys.len() {
        for (key, _) in &keys {
            let began = time();
            let reply = wire.ask(key, "GET", "/api/environment/profile", None).unwrap();
            if time() < first {
                reply.gives(200);
                before += 1;
            } else if began >= last {
                reply.refuses(401, "invalid_credential");
                after += 1;
            }
        }
    }
    assert!(before > 0, "none was used in its time");
    trial.tried(keys.len());
    trial.figure(format!("{before} uses before the end, {after} after it"));
}

/// What each role may do: see users, change users.
const ROLES: [(&str, bool, bool); 5] = [
    ("admin", true, true),
    ("editor", true, false),
    ("operator", true, false),
    ("viewer", true, false),
    ("none", false, false),
];

fn may(key: &Client, method: &str, path: &str, body: Option<&Value>) -> bool {
    let text = body.map(Value::to_string);
    let sent = text.as_deref().map(|text| ("application/json", text));
    let reply = key.send(method, path, sent).unwrap();
    if reply.status < 300 {
        return true;
    }
    reply.refuses(403, "permission_denied");
    false
}

fn a_key_may_do_what_its_owner_may_do_now(store: Store) {
    let trial = promise("T6", "changes of the owner's role", store.ground());
    let stage = Stage::new(store);
    stage.admin.add(JOE, "viewer").gives(201);
    let jane = stage.person(JANE, "viewer");
    for round in 0..count(10, 500) {
        // All steps from one role to another come up.
        let (role, may_see, may_change) = ROLES[(round + round / ROLES.len()) % ROLES.len()];
        let body = json!({"email": JANE, "accountRole": role});
        stage.admin.put(&format!("/api/users/{JANE}"), &body).gives(204);
        let joe = format!("/api/users/{JOE}");
        let other_role = ["viewer", "editor"][round % 2];
        let change = json!({"email": JOE, "accountRole": other_role});
        assert_eq!(may(&jane, "GET", "/api/users", None), may_see, "{role}");
        assert_eq!(may(&jane, "PUT", &joe, Some(&change)), may_change, "{role}");
        assert_eq!(may(&jane, "GET", "/api/keys?user=*", None), may_change, "{role}");
        trial.tried(1);
    }
}

fn through_a_key_only_keys_of_its_owner_are_issued(store: Store) {
    let trial = promise("T6", "keys that are issued through keys", store.ground());
    let stage = Stage::new(store);
    stage.admin.add(JOE, "admin").gives(201);
    for (email, role) in [(JANE, "editor"), ("ann@example.com", "admin")] {
        let owner = stage.person(email, role);
        for field in ["owner", "user", "email", "ownerEmail", "userId", "user_id", "sub", "role"] {
            for query in ["", "?user=joe@example.com", "?owner=joe@example.com"] {
                let wanted = json!({"name": field, field: JOE});
                let made = owner.post(&format!("/api/keys{query}"), &wanted).gives(201).json();
                let key = owner.by(made["apiKey"].as_str().unwrap());
                let profile = key.get("/api/environment/profile").gives(200).json();
                assert_eq!(
                    (&profile["user"], &profile["account_role"]),
                    (&email.into(), &role.into())
                );
                trial.tried(1);
            }
        }
    }
    let keys = stage.admin.get(&format!("/api/keys?user={JOE}")).gives(200).json();
    assert_eq!(keys, json!([]), "a key of somebody else's was issued");
    let about_joe = stage.place.audit().into_iter().filter(|entry| entry.subject == JOE).count();
    assert_eq!(about_joe, 1, "only that he was added");
}
