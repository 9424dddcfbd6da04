//! Bodies that name what is none of the client's business: every column of the database, and what
//! an attacker would guess.

use std::{collections::BTreeSet, fs};

use dqops_users_domain::Role;
use dqops_users_http::Authentication;
use serde_json::{Map, Value, json};

use crate::stage::{BEGINNING, Stage, email, path_of};

/// What the directory understands; everything else must be as if it were not there.
const DOCUMENTED: [&str; 3] = ["email", "accountRole", "dataDomainRoles"];

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
fn stuffed(documented: &Value, value: &Value) -> Value {
    let mut members = Map::new();
    for name in columns().iter().map(String::as_str).chain(GUESSES.iter().copied()) {
        if !DOCUMENTED.contains(&name) {
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

#[tokio::test]
async fn a_new_user_has_what_the_documented_members_say_and_nothing_else() {
    let stage = Stage::new().await;
    stage.install("ENTERPRISE", 1000).await;
    for (number, value) in values().iter().enumerate() {
        let name = format!("jane{number}@example.com");
        let record = stage.storage.read().await.unwrap().directory().await.unwrap();
        let body = stuffed(&json!({"email": name, "accountRole": "viewer"}), value);
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
    }
}

#[tokio::test]
async fn an_update_changes_what_the_documented_members_say_and_nothing_else() {
    let stage = Stage::new().await;
    stage.install("ENTERPRISE", 1000).await;
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    stage.clock.set("2026-01-05T00:00:00Z");
    for (number, value) in values().iter().enumerate() {
        let (before, list) = (stage.find(&jane.email).await.unwrap(), stage.list().await);
        let put = async |body: Value| {
            stage.put(&path_of(&jane.email)).json(&body).send().await.gives_nothing(204);
        };
        // Nothing documented that would be a change: nothing changes.
        put(stuffed(&json!({"email": jane.email}), value)).await;
        assert_eq!(stage.find(&jane.email).await.unwrap(), before);
        assert_eq!(stage.list().await, list);
        // Only the role is.
        let role = [Role::Operator, Role::Editor][number % 2];
        put(stuffed(&json!({"email": jane.email, "accountRole": role}), value)).await;
        let mut expected = before;
        expected.roles.account = role;
        let after = stage.find(&jane.email).await.unwrap();
        assert!(after.version > expected.version && after.version.0 != 999_999);
        expected.version = after.version;
        assert_eq!(after, expected);
        assert!(!stage.has_password(&jane.email).await);
        stage.get(&path_of(&jane.email)).by(&jane.key).send().await.gives(200);
    }
}

#[tokio::test]
async fn the_first_admin_is_made_of_the_documented_members_only() {
    for value in values() {
        let stage = Stage::empty(Authentication::Required).await;
        let documented = json!({"code": stage.setup_code().await, "email": "first@example.com"});
        let mut body = stuffed(&documented, &value);
        // Of the set-up's own members it has one more than a user: the password.
        body.as_object_mut().unwrap().remove("password");
        stage.post("/api/setup").json(&body).send().await.gives(201);
        let user = stage.find("first@example.com").await.unwrap();
        assert_eq!((user.email, user.roles.account), (email("first@example.com"), Role::Admin));
        assert_eq!(user.created_at, BEGINNING.parse().unwrap());
        assert!(user.roles.domains.is_empty() && !stage.has_password("first@example.com").await);
        let mut reader = stage.storage.read().await.unwrap();
        assert_eq!(reader.api_keys(None).await.unwrap().len(), 1);
        assert_eq!(reader.directory().await.unwrap().licence, None);
    }
}

#[tokio::test]
async fn members_in_another_spelling_are_not_the_documented_ones() {
    let stage = Stage::new().await;
    for body in [
        json!({"Email": "a@example.com", "accountRole": "viewer"}),
        json!({"e-mail": "a@example.com", "accountRole": "viewer"}),
        json!({"EMAIL": "a@example.com", "accountRole": "viewer"}),
    ] {
        let answer = stage.post("/api/users").json(&body).send().await;
        answer.refuses_field(406, "missing_field", "email");
    }
    for body in [
        json!({"email": "a@example.com", "account_role": "admin"}),
        json!({"email": "a@example.com", "role": "admin"}),
        json!({"email": "a@example.com", "AccountRole": "admin"}),
    ] {
        let answer = stage.post("/api/users").json(&body).send().await;
        answer.refuses_field(406, "missing_field", "accountRole");
    }
}
