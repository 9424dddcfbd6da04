//! `/api/keys`: API keys as things.

use dqops_users_domain::Role;
use serde_json::{Value, json};

use crate::{
    call::Call,
    stage::{Person, Stage},
};

const KEYS: &str = "/api/keys";
const PROFILE: &str = "/api/environment/profile";

async fn stage() -> (Stage, Person) {
    let stage = Stage::new().await;
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    (stage, jane)
}

fn create(stage: &Stage, by: &Person, body: &Value) -> Call {
    stage.post(KEYS).by(&by.key).json(body)
}

#[tokio::test]
async fn a_key_is_created_used_listed_and_revoked() {
    let (stage, jane) = stage().await;
    let answer =
        create(&stage, &jane, &json!({"name": " nightly checks ", "days": 7})).send().await;
    let answer = answer.gives(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued = answer.json();
    let (key, id) = (issued["apiKey"].as_str().unwrap(), issued["id"].as_str().unwrap());
    assert!(key.starts_with("dqu_key_"), "{issued}");
    let expected = json!({
        "apiKey": key, "id": id, "name": "nightly checks", "expiresAt": "2026-01-08T00:00:00Z",
    });
    assert_eq!(issued, expected);
    stage.get(PROFILE).by(key).send().await.gives(200);

    let list = stage.get(KEYS).by(&jane.key).send().await.gives(200);
    assert_eq!(list.header("cache-control"), "no-store");
    assert!(!list.text().contains("dqu_key_"), "{}", list.text());
    let list = list.json();
    let listed = list.as_array().unwrap().iter().find(|listed| listed["id"] == id).unwrap();
    assert_eq!(
        (&listed["user"], &listed["name"], &listed["createdAt"], &listed["expiresAt"]),
        (
            &json!("jane@example.com"),
            &json!("nightly checks"),
            &json!("2026-01-01T00:00:00Z"),
            &json!("2026-01-08T00:00:00Z")
        )
    );
    assert_eq!(list.as_array().unwrap().len(), 2);

    stage.delete(&format!("{KEYS}/{id}")).by(&jane.key).send().await.gives_nothing(204);
    stage.get(PROFILE).by(key).send().await.refuses(401, "invalid_credential");
    let again = stage.delete(&format!("{KEYS}/{id}")).by(&jane.key);
    again.send().await.refuses(404, "api_key_not_found");
}

#[tokio::test]
async fn without_days_a_key_holds_as_long_as_is_the_custom() {
    let (stage, jane) = stage().await;
    for body in [json!({"name": "a"}), json!({"name": "b", "days": null, "neverExpires": false})] {
        let issued = create(&stage, &jane, &body).send().await.gives(201).json();
        assert_eq!(issued["expiresAt"], "2026-04-01T00:00:00Z");
    }
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_with_the_field_at_fault() {
    let (stage, jane) = stage().await;
    for (body, status, code, field) in [
        (json!({}), 406, "missing_field", "name"),
        (json!({"name": ""}), 406, "missing_field", "name"),
        (json!({"name": "  "}), 406, "missing_field", "name"),
        (json!({"name": 1}), 400, "invalid_field", "name"),
        (json!({"name": "a\nb"}), 400, "invalid_field", "name"),
        (json!({"name": "a".repeat(101)}), 400, "invalid_field", "name"),
        (json!({"name": "a", "days": 0}), 400, "invalid_field", "days"),
        (json!({"name": "a", "days": -1}), 400, "invalid_field", "days"),
        (json!({"name": "a", "days": 1.5}), 400, "invalid_field", "days"),
        (json!({"name": "a", "days": "7"}), 400, "invalid_field", "days"),
        (json!({"name": "a", "days": 367}), 400, "invalid_field", "days"),
        (json!({"name": "a", "days": 4_000_000_000_u32}), 400, "invalid_field", "days"),
        (json!({"name": "a", "neverExpires": true}), 400, "invalid_field", "neverExpires"),
        (json!({"name": "a", "neverExpires": 1}), 400, "invalid_field", "neverExpires"),
        (json!({"name": "a", "neverExpires": true, "days": 1}), 400, "invalid_field", "days"),
    ] {
        let answer = create(&stage, &jane, &body).send().await;
        let problem = answer.json();
        answer.refuses(status, code);
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    let list = stage.get(KEYS).by(&jane.key).send().await.gives(200).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_always_the_callers_own() {
    let (stage, jane) = stage().await;
    let body = json!({"name": "a", "user": "admin@example.com", "owner": "admin@example.com"});
    let issued = create(&stage, &jane, &body).send().await.gives(201).json();
    let profile = stage.get(PROFILE).by(issued["apiKey"].as_str().unwrap());
    assert_eq!(profile.send().await.gives(200).json()["user"], "jane@example.com");
}

#[tokio::test]
async fn admins_see_and_revoke_the_keys_of_all() {
    let (stage, jane) = stage().await;
    let count = async |query: &str| {
        let list = stage.get(&format!("{KEYS}{query}")).send().await.gives(200).json();
        list.as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("?user=*").await), (1, 2));
    assert_eq!(count("?user=Jane@Example.com").await, 1);
    let unknown = stage.get(&format!("{KEYS}?user=ghost@example.com"));
    unknown.send().await.refuses(404, "user_not_found");
    stage.get(&format!("{KEYS}?user=ghost")).send().await.refuses(400, "invalid_field");
    let upper = jane.key_id.to_uppercase();
    for other in ["none", "00000000-0000-0000-0000-000000000000", upper.as_str()] {
        let call = stage.delete(&format!("{KEYS}/{other}"));
        call.send().await.refuses(404, "api_key_not_found");
    }
    stage.delete(&format!("{KEYS}/{}", jane.key_id)).send().await.gives_nothing(204);
    stage.get(PROFILE).by(&jane.key).send().await.refuses(401, "invalid_credential");
}
