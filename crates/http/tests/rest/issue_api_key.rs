//! `GET /api/environment/issueapikey`.

use axum::http::Method;
use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{Stage, model};

const PATH: &str = "/api/environment/issueapikey";

#[tokio::test]
async fn a_key_is_a_json_string_that_works_as_a_bearer_token() {
    let stage = Stage::new().await;
    for role in [Role::Admin, Role::Editor, Role::Operator, Role::Viewer] {
        let person = stage.person(&format!("the-{role}@example.com"), role).await;
        let answer = stage.get(PATH).by(&person.key).send().await.gives(200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let json = answer.json();
        let key = json.as_str().unwrap();
        assert!(key.starts_with("dqu_key_") && key.len() >= 8 + 32, "{}", key.len());
        assert_ne!(key, person.key);
        let profile = stage.get("/api/environment/profile").by(key).send().await.gives(200);
        assert_eq!(profile.json()["user"], person.email.as_str());
        let again = stage.get(PATH).by(&person.key).send().await.gives(200).json();
        assert_ne!(again, json);
    }
}

#[tokio::test]
async fn a_key_that_a_key_issued_has_the_same_owner_and_only_its_rights_of_now() {
    let stage = Stage::new().await;
    let jane = stage.person("jane@example.com", Role::Admin).await;
    let mut key = jane.key.clone();
    for _ in 0..3 {
        let issued = stage.get(PATH).by(&key).send().await.gives(200).json();
        key = issued.as_str().unwrap().to_owned();
    }
    let add = async || {
        let body = model("joe@example.com", "viewer");
        stage.post("/api/users").by(&key).json(&body).send().await
    };
    let demote = stage.put("/api/users/jane@example.com").json(&model(&jane.email, "viewer"));
    demote.send().await.gives_nothing(204);
    add().await.refuses(403, "permission_denied");
    stage.delete("/api/users/jane@example.com").send().await.gives_nothing(204);
    add().await.refuses(401, "invalid_credential");
}

/// The router takes HEAD for a GET, and the key would be lost with the body.
#[tokio::test]
async fn a_head_request_issues_nothing() {
    let stage = Stage::new().await;
    let count = async || stage.directory.api_keys(&stage.operator(), None).await.unwrap().len();
    let before = count().await;
    assert_eq!(stage.call(Method::HEAD, PATH).send().await.status, 405);
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn nobody_is_issued_a_key_of_somebody_else() {
    let stage = Stage::new().await;
    let jane = stage.person("jane@example.com", Role::Admin).await;
    for path in [
        format!("{PATH}?email=admin@example.com"),
        format!("{PATH}?owner=admin@example.com"),
        format!("{PATH}?user=admin@example.com"),
    ] {
        let call = stage.get(&path).by(&jane.key).json(&json!({"owner": "admin@example.com"}));
        let key = call.send().await.gives(200).json();
        let profile = stage.get("/api/environment/profile").by(key.as_str().unwrap());
        assert_eq!(profile.send().await.gives(200).json()["user"], "jane@example.com");
    }
}

#[tokio::test]
async fn an_issued_key_ends_by_itself() {
    let stage = Stage::new().await;
    let key = stage.get(PATH).send().await.gives(200).json();
    let key = key.as_str().unwrap();
    stage.clock.set("2026-03-31T23:59:59Z");
    stage.get("/api/users").by(key).send().await.gives(200);
    stage.clock.set("2026-04-01T00:00:00Z");
    stage.get("/api/users").by(key).send().await.refuses(401, "invalid_credential");
}
