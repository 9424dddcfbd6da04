//! `GET /api/users`.

use dqops_users_domain::Role;
use serde_json::json;

use crate::{
    members::Members,
    stage::{ADMIN, Stage, path_of},
};

#[tokio::test]
async fn the_list_is_a_json_array_sorted_by_email() {
    let stage = Stage::new().await;
    for name in ["zoe@a.example", "bob@z.example", "b+c@z.example", "b-c@z.example", "9@z.example"]
    {
        stage.add(name, Role::Viewer).await;
    }
    let answer = stage.get("/api/users").send().await.gives(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let list = answer.json();
    let names: Vec<_> =
        list.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect();
    // Byte order: digits before letters, `+` before `-`.
    assert_eq!(
        names,
        ["9@z.example", ADMIN, "b+c@z.example", "b-c@z.example", "bob@z.example", "zoe@a.example"]
    );
}

#[tokio::test]
async fn every_role_is_shown_by_its_name() {
    let stage = Stage::new().await;
    for role in Role::ALL {
        stage.add(&format!("the-{role}@example.com"), role).await;
    }
    let expected = json!([
        {"email": ADMIN, "accountRole": "admin"},
        {"email": "the-admin@example.com", "accountRole": "admin"},
        {"email": "the-editor@example.com", "accountRole": "editor"},
        {"email": "the-none@example.com", "accountRole": "none"},
        {"email": "the-operator@example.com", "accountRole": "operator"},
        {"email": "the-viewer@example.com", "accountRole": "viewer"},
    ]);
    assert_eq!(stage.list().await, expected);
}

#[tokio::test]
async fn members_stand_in_the_order_of_dqops_and_none_is_null() {
    let stage = Stage::new().await;
    stage.install("ENTERPRISE", 10).await;
    for path in ["/api/users", &path_of(ADMIN), "/api/users?limit=1"] {
        let answer = stage.get(path).send().await.gives(200);
        let text = answer.text().trim_start_matches('[').trim_end_matches(']');
        let members = Members::of(text);
        assert_eq!(members.names(), ["email", "accountRole", "dataDomainRoles"], "{path}");
        assert!(!text.contains("null"), "{text}");
    }
    stage.install("TEAM", 10).await;
    for path in ["/api/users", &path_of(ADMIN), "/api/users?limit=1"] {
        let answer = stage.get(path).send().await.gives(200);
        let text = answer.text().trim_start_matches('[').trim_end_matches(']');
        assert_eq!(Members::of(text).names(), ["email", "accountRole"], "{path}");
    }
}

#[tokio::test]
async fn the_whole_list_comes_at_any_size_when_no_page_is_asked_for() {
    let stage = Stage::new().await;
    for number in 0..150 {
        stage.add(&format!("user{number:03}@example.com"), Role::Viewer).await;
    }
    for path in ["/api/users", "/api/users?", "/api/users?unknown=1", "/api/users?Limit=1"] {
        let answer = stage.get(path).send().await.gives(200);
        assert_eq!(answer.json().as_array().unwrap().len(), 151, "{path}");
        assert!(!answer.has("link"));
    }
}

#[tokio::test]
async fn what_is_changed_is_seen_by_the_very_next_request() {
    let stage = Stage::new().await;
    let names = async || {
        let list = stage.list().await;
        list.as_array().unwrap().iter().map(|user| user["email"].clone()).collect::<Vec<_>>()
    };
    for round in 0..10 {
        let name = format!("user{round}@example.com");
        let body = json!({"email": name, "accountRole": "viewer"});
        stage.post("/api/users").json(&body).send().await.gives(201);
        assert_eq!(names().await, [ADMIN, name.as_str()]);
        stage.delete(&path_of(&name)).send().await.gives(204);
        assert_eq!(names().await, [ADMIN]);
    }
}
