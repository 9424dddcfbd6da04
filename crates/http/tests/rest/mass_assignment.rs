//! Bodies that name what is none of the client's business: every column of the database, and what
//! an attacker would guess.

use std::{collections::BTreeSet, fs};

use dqops_users_domain::{ApiKeyId, Role, SessionId};
use dqops_users_http::Authentication;
use dqops_users_service::SessionLimits;
use dqops_users_trust::promise;
use serde_json::{Map, Value, json};

use crate::{
    sign_ins::begun,
    stage::{BEGINNING, OTHER_STRONG, STRONG, Stage, Store, email, on_both_stores, path_of},
};

on_both_stores!(
    a_new_user_has_what_the_documented_members_say_and_nothing_else,
    an_update_changes_what_the_documented_members_say_and_nothing_else,
    the_first_admin_is_made_of_the_documented_members_only,
    a_session_and_a_key_are_the_senders_whatever_else_is_said,
    a_link_and_a_password_are_as_documented_whatever_else_is_said,
    members_in_another_spelling_are_not_the_documented_ones,
);

/// What each body understands; everything else must be as if it were not there.
const OF_USERS: &[&str] = &["email", "accountRole", "dataDomainRoles"];
const OF_SET_UP: &[&str] = &["code", "email", "password"];
const OF_SIGN_IN: &[&str] = &["email", "password"];
const OF_KEYS: &[&str] = &["name", "days", "neverExpires"];
const OF_LINKS: &[&str] = &["mail"];

const GUESSES: &[&str] = &[
    "account_role",
    "accountrole",
    "AccountRole",
    "Email",
    "EMAIL",
    "role",
    "roles",
    "data_domain_roles",
    "dataDomainRole",
    "isAdmin",
    "admin",
    "owner",
    "password",
    "newPassword",
    "password_hash",
    "passwordHash",
    "apiKey",
    "api_key",
    "key",
    "token",
    "userId",
    "createdAt",
    "expiresAt",
    "seats",
    "licence",
    "license",
    "permissions",
    "etag",
    "__proto__",
    "$set",
    "user",
];

/// Every column of every table, read from the migrations, so that none is forgotten.
fn columns() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let mut columns = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let mut words = line.split_whitespace();
            if let (
                Some(name),
                Some("TEXT" | "INTEGER" | "BLOB" | "TEXT," | "INTEGER," | "BLOB,"),
            ) = (words.next(), words.next())
            {
                columns.insert(name.to_owned());
            }
        }
    }
    columns
}

/// The members of a body with all that does not belong there.
fn stuffed(known: &[&str], documented: &Value, value: &Value) -> Value {
    let mut members = Map::new();
    for name in columns().iter().map(String::as_str).chain(GUESSES.iter().copied()) {
        if !known.contains(&name) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    members.extend(documented.as_object().unwrap().clone());
    Value::Object(members)
}

fn values() -> [Value; 5] {
    [
        json!("admin"),
        json!(999_999),
        json!(true),
        json!({"(default)": "admin"}),
        json!("00000000-0000-0000-0000-000000000001"),
    ]
}

#[test]
fn the_columns_are_found() {
    let columns = columns();
    for known in [
        "id",
        "version",
        "created_at",
        "hash",
        "user_id",
        "digest",
        "epoch",
        "only_row",
        "account_role",
        "data_domain",
        "expires_at",
        "started_at",
        "licence",
        "email",
        "sequence",
    ] {
        assert!(columns.contains(known), "{known} is not in {columns:?}");
    }
}

/// How many names a body is stuffed with, each of which is tried.
fn names(known: &[&str]) -> usize {
    stuffed(known, &json!({}), &Value::Null).as_object().unwrap().len()
}

async fn a_new_user_has_what_the_documented_members_say_and_nothing_else(store: Store) {
    let trial = promise("A2", "a new user", store.ground());
    let stage = Stage::on(store).await;
    stage.install("ENTERPRISE", 1000).await;
    for (number, value) in values().iter().enumerate() {
        let name = format!("jane{number}@example.com");
        let record = stage.storage.read().await.unwrap().directory().await.unwrap();
        let body = stuffed(OF_USERS, &json!({"email": name, "accountRole": "viewer"}), value);
        stage.post("/api/users").json(&body).send().await.gives_nothing(201);

        let user = stage.find(&name).await.unwrap();
        assert_eq!(user.roles.account, Role::Viewer);
        assert!(user.roles.domains.is_empty());
        assert_eq!(user.created_at, BEGINNING.parse().unwrap());
        assert_eq!(user.id.0.get_version_num(), 7, "an identity of our own");
        assert_ne!(user.version.0, 999_999);
        assert!(!stage.has_password(&name).await);
        let mut reader = stage.storage.read().await.unwrap();
        assert!(reader.api_keys(Some(user.id)).await.unwrap().is_empty());
        let after = reader.directory().await.unwrap();
        assert_eq!((after.licence, after.started_at), (record.licence, record.started_at));
        assert_eq!(after.data_domains_version, record.data_domains_version);
        trial.tried(names(OF_USERS));
    }
}

async fn an_update_changes_what_the_documented_members_say_and_nothing_else(store: Store) {
    let trial = promise("A2", "a change of a user", store.ground());
    let stage = Stage::on(store).await;
    stage.install("ENTERPRISE", 1000).await;
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    stage.clock.set("2026-01-05T00:00:00Z");
    for (number, value) in values().iter().enumerate() {
        let (before, list) = (stage.find(&jane.email).await.unwrap(), stage.list().await);
        let put = async |body: Value| {
            stage.put(&path_of(&jane.email)).json(&body).send().await.gives_nothing(204);
        };
        // Nothing documented that would be a change: nothing changes.
        put(stuffed(OF_USERS, &json!({"email": jane.email}), value)).await;
        assert_eq!(stage.find(&jane.email).await.unwrap(), before);
        assert_eq!(stage.list().await, list);
        // Only the role is.
        let role = [Role::Operator, Role::Editor][number % 2];
        put(stuffed(OF_USERS, &json!({"email": jane.email, "accountRole": role}), value)).await;
        let mut expected = before;
        expected.roles.account = role;
        let after = stage.find(&jane.email).await.unwrap();
        assert!(after.version > expected.version && after.version.0 != 999_999);
        expected.version = after.version;
        assert_eq!(after, expected);
        assert!(!stage.has_password(&jane.email).await);
        stage.get(&path_of(&jane.email)).by(&jane.key).send().await.gives(200);
        trial.tried(names(OF_USERS));
    }
}

async fn the_first_admin_is_made_of_the_documented_members_only(store: Store) {
    let trial = promise("A2", "the first admin", store.ground());
    for value in values() {
        let stage = Stage::empty_on(store, Authentication::Required).await;
        let documented = json!({"code": stage.setup_code().await, "email": "first@example.com"});
        let body = stuffed(OF_SET_UP, &documented, &value);
        stage.post("/api/setup").json(&body).send().await.gives(201);
        let user = stage.find("first@example.com").await.unwrap();
        assert_eq!((user.email, user.roles.account), (email("first@example.com"), Role::Admin));
        assert_eq!(user.created_at, BEGINNING.parse().unwrap());
        assert!(user.roles.domains.is_empty() && !stage.has_password("first@example.com").await);
        let mut reader = stage.storage.read().await.unwrap();
        assert_eq!(reader.api_keys(None).await.unwrap().len(), 1);
        assert_eq!(reader.directory().await.unwrap().licence, None);
        trial.tried(names(OF_SET_UP));
    }
}

const JANE: &str = "jane@example.com";

async fn a_session_and_a_key_are_the_senders_whatever_else_is_said(store: Store) {
    let trial = promise("A2", "a session and a key", store.ground());
    let stage = Stage::on(store).await;
    stage.add_with_password(JANE, Role::Viewer).await;
    let jane = stage.find(JANE).await.unwrap();
    for value in values() {
        let before = stage.list().await;
        let body = stuffed(OF_SIGN_IN, &json!({"email": JANE, "password": STRONG}), &value);
        let session = stage.post("/api/session").anonymous().json(&body).send().await.gives(201);
        let session = begun(&session);
        let mut reader = stage.storage.read().await.unwrap();
        let (stored, _) =
            reader.find_session(SessionId(session.id.parse().unwrap())).await.unwrap().unwrap();
        assert_eq!((stored.user, stored.created_at), (jane.id, BEGINNING.parse().unwrap()));
        assert_eq!(stored.ends_at, stored.created_at + SessionLimits::default().length);
        drop(reader);
        trial.tried(names(OF_SIGN_IN));

        let body = stuffed(OF_KEYS, &json!({"name": "nightly", "days": 7}), &value);
        let key =
            stage.post("/api/keys").by(&session.token).json(&body).send().await.gives(201).json();
        let id = ApiKeyId(key["id"].as_str().unwrap().parse().unwrap());
        let mut reader = stage.storage.read().await.unwrap();
        let (stored, owner) = reader.find_api_key(id).await.unwrap().unwrap();
        assert_eq!((stored.owner, owner), (jane.id, email(JANE)));
        assert_eq!(stored.expires_at, Some("2026-01-08T00:00:00Z".parse().unwrap()));
        assert_eq!((stored.name.as_str(), stored.last_used_at), ("nightly", None));
        assert_eq!(reader.api_keys(Some(jane.id)).await.unwrap().len(), 1, "one key, of Jane's");
        drop(reader);
        stage.delete(&format!("/api/keys/{}", id.0)).send().await.gives_nothing(204);
        assert_eq!(stage.list().await, before);
        trial.tried(names(OF_KEYS));
    }
}

async fn a_link_and_a_password_are_as_documented_whatever_else_is_said(store: Store) {
    let trial = promise("A2", "a password link and a password", store.ground());
    let stage = Stage::on(store).await;
    stage.add_with_password(JANE, Role::Viewer).await;
    let path = format!("{}/passwordlink", path_of(JANE));
    for value in values() {
        let before = (stage.find(JANE).await.unwrap(), stage.list().await);
        let body = stuffed(OF_LINKS, &json!({}), &value);
        let link = stage.post(&path).json(&body).send().await.gives(201).json();
        assert_eq!(link["expiresAt"], "2026-01-04T00:00:00Z");
        let token = link["link"].as_str().unwrap().strip_prefix("/password/").unwrap();
        let (user, _) = stage.directory.look_at_password_link(token).await.unwrap();
        assert_eq!(user, email(JANE));
        trial.tried(names(OF_LINKS));

        // A password is a string; an object that names one is none.
        let body = stuffed(&[], &json!({"password": OTHER_STRONG}), &value);
        for path in [format!("{}/password", path_of(JANE)), "/api/mypassword".to_owned()] {
            stage.put(&path).json(&body).send().await.refuses(400, "malformed_body");
        }
        assert!(stage.opens(JANE, STRONG).await && !stage.opens(JANE, OTHER_STRONG).await);
        assert_eq!((stage.find(JANE).await.unwrap(), stage.list().await), before);
        trial.tried(2 * names(&[]));
    }
}

async fn members_in_another_spelling_are_not_the_documented_ones(store: Store) {
    let trial = promise("A2", "another spelling", store.ground());
    let stage = Stage::on(store).await;
    for body in [
        json!({"Email": "a@example.com", "accountRole": "viewer"}),
        json!({"e-mail": "a@example.com", "accountRole": "viewer"}),
        json!({"EMAIL": "a@example.com", "accountRole": "viewer"}),
    ] {
        let answer = stage.post("/api/users").json(&body).send().await;
        answer.refuses_field(406, "missing_field", "email");
        trial.tried(1);
    }
    for body in [
        json!({"email": "a@example.com", "account_role": "admin"}),
        json!({"email": "a@example.com", "role": "admin"}),
        json!({"email": "a@example.com", "AccountRole": "admin"}),
    ] {
        let answer = stage.post("/api/users").json(&body).send().await;
        answer.refuses_field(406, "missing_field", "accountRole");
        trial.tried(1);
    }
}
