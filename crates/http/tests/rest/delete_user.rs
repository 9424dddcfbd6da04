//! `DELETE /api/users/{email}`.

use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{ADMIN, STRONG, Stage, model, path_of};

const JANE: &str = "jane@example.com";

#[tokio::test]
async fn a_user_is_deleted_once() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Editor).await;
    stage.delete(&path_of(JANE)).send().await.gives_nothing(204);
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin")]));
    stage.get(&path_of(JANE)).send().await.refuses(404, "user_not_found");
    let detail = stage.delete(&path_of(JANE)).send().await.refuses(404, "user_not_found");
    assert!(detail.contains(JANE), "{detail}");
}

#[tokio::test]
async fn every_spelling_of_the_email_deletes_the_user_and_only_that_one() {
    let stage = Stage::new().await;
    for spelling in [
        "jane+dq@example.com",
        "jane%2Bdq%40example.com",
        "JANE+DQ@EXAMPLE.COM",
        "%20jane+dq@example.com",
    ] {
        for name in ["jane+dq@example.com", "jane@example.com", "janedq@example.com"] {
            if stage.find(name).await.is_none() {
                stage.add(name, Role::Viewer).await;
            }
        }
        stage.delete(&path_of(spelling)).send().await.gives_nothing(204);
        let expected = json!([
            model(ADMIN, "admin"),
            model("jane@example.com", "viewer"),
            model("janedq@example.com", "viewer")
        ]);
        assert_eq!(stage.list().await, expected, "{spelling}");
    }
}

#[tokio::test]
async fn the_last_admin_is_not_deleted() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Editor).await;
    let detail = stage.delete(&path_of(ADMIN)).send().await.refuses(409, "last_admin");
    assert!(detail.contains(ADMIN), "{detail}");
    let promoted = stage.put(&path_of(JANE)).json(&model(JANE, "admin"));
    promoted.send().await.gives_nothing(204);
    stage.delete(&path_of(ADMIN)).send().await.gives_nothing(204);
    // Whoever deletes itself is nobody at once.
    stage.get("/api/users").send().await.refuses(401, "invalid_credential");
}

#[tokio::test]
async fn of_two_admins_who_delete_each_other_one_remains() {
    for _ in 0..10 {
        let stage = Stage::new().await;
        let jane = stage.person(JANE, Role::Admin).await;
        let (first, second) = tokio::join!(
            tokio::spawn(stage.delete(&path_of(JANE)).send()),
            tokio::spawn(stage.delete(&path_of(ADMIN)).by(&jane.key).send()),
        );
        let mut statuses = [first.unwrap().status, second.unwrap().status];
        statuses.sort_unstable();
        // The second finds that its own user is gone, or that it would be the last.
        assert!([[204, 401], [204, 409]].contains(&statuses), "{statuses:?}");
        let mut reader = stage.storage.read().await.unwrap();
        assert_eq!(reader.count_admins().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn nothing_of_a_user_comes_back_with_another_of_the_same_email() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Editor).await;
    let password = stage.put("/api/mypassword").by(&jane.key).json(&json!(STRONG));
    password.send().await.gives_nothing(204);
    assert!(stage.opens(JANE, STRONG).await);
    stage.delete(&path_of(JANE)).send().await.gives_nothing(204);
    stage.post("/api/users").json(&model(JANE, "viewer")).send().await.gives_nothing(201);
    assert!(!stage.opens(JANE, STRONG).await);
    stage.get("/api/users").by(&jane.key).send().await.refuses(401, "invalid_credential");
    let user = stage.get(&path_of(JANE)).send().await.gives(200).json();
    assert_eq!(user, model(JANE, "viewer"));
}

#[tokio::test]
async fn a_body_is_not_looked_at() {
    let stage = Stage::new().await;
    for (kind, body) in [("application/json", "{"), ("application/xml", "<a/>"), ("x", "")] {
        stage.add(JANE, Role::Viewer).await;
        stage.delete(&path_of(JANE)).body(kind, body).send().await.gives_nothing(204);
    }
}
