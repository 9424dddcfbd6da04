//! `GET /api/users/{email}`.

use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{ADMIN, Stage, path_of};

#[tokio::test]
async fn a_user_is_an_object_of_email_and_role() {
    let stage = Stage::new().await;
    stage.add("jane@example.com", Role::Operator).await;
    let answer = stage.get("/api/users/jane@example.com").send().await.gives(200);
    assert_eq!(answer.text(), r#"{"email":"jane@example.com","accountRole":"operator"}"#);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let stage = Stage::new().await;
    let answer = stage.get("/api/users/jane@example.com").send().await;
    let detail = answer.refuses(404, "user_not_found");
    assert!(detail.contains("jane@example.com"), "{detail}");
}

#[tokio::test]
async fn the_email_may_be_encoded_or_not_and_is_compared_in_canonical_form() {
    let stage = Stage::new().await;
    stage.add("Jane+DQ@Example.com", Role::Viewer).await;
    for form in [
        "jane+dq@example.com",
        "jane+dq%40example.com",
        "jane%2Bdq%40example.com",
        "jane%2bdq@example.com",
        "%6Aane+dq@example.com",
        "JANE+DQ@EXAMPLE.COM",
        "JANE%2BDQ%40EXAMPLE.COM",
        "%20jane+dq@example.com%20",
        "jane+dq@example.com?x=y",
    ] {
        let answer = stage.get(&path_of(form)).send().await.gives(200);
        let expected = json!({"email": "jane+dq@example.com", "accountRole": "viewer"});
        assert_eq!(answer.json(), expected, "{form}");
    }
    for other in ["jane%20dq@example.com", "jane%252Bdq@example.com"] {
        stage.get(&path_of(other)).send().await.refuses(400, "invalid_field");
    }
    stage.get(&path_of("janedq@example.com")).send().await.refuses(404, "user_not_found");
}

#[tokio::test]
async fn a_user_is_what_stands_in_the_list() {
    let stage = Stage::new().await;
    stage.install("ENTERPRISE", 10).await;
    for role in Role::ALL {
        stage.add(&format!("the-{role}@example.com"), role).await;
    }
    for user in stage.list().await.as_array().unwrap() {
        let path = path_of(user["email"].as_str().unwrap());
        assert_eq!(stage.get(&path).send().await.gives(200).json(), *user);
    }
}

#[tokio::test]
async fn what_a_client_accepts_does_not_change_the_answer() {
    let stage = Stage::new().await;
    for accept in ["application/json", "*/*", "application/json, text/plain, */*"] {
        let answer = stage.get(&path_of(ADMIN)).header("accept", accept).send().await.gives(200);
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
}
