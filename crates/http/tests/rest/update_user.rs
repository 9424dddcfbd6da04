//! `PUT /api/users/{email}`.

use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{ADMIN, Stage, model, path_of};

const JANE: &str = "jane@example.com";

#[tokio::test]
async fn a_role_is_changed_to_every_other_one() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    for before in ["admin", "editor", "operator", "viewer", "none"] {
        for after in ["admin", "editor", "operator", "viewer", "none"] {
            stage.put(&path_of(JANE)).json(&model(JANE, before)).send().await.gives_nothing(204);
            stage.put(&path_of(JANE)).json(&model(JANE, after)).send().await.gives_nothing(204);
            let user = stage.get(&path_of(JANE)).send().await.gives(200).json();
            assert_eq!(user, model(JANE, after), "from {before}");
        }
    }
}

#[tokio::test]
async fn a_role_that_is_not_sent_stays() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Editor).await;
    for body in [json!({"email": JANE}), json!({"email": JANE, "accountRole": null})] {
        stage.put(&path_of(JANE)).json(&body).send().await.gives_nothing(204);
        assert_eq!(stage.find(JANE).await.unwrap().roles.account, Role::Editor);
    }
}

#[tokio::test]
async fn the_email_of_path_and_body_are_compared_in_canonical_form() {
    let stage = Stage::new().await;
    stage.add("jane+dq@example.com", Role::Viewer).await;
    for (number, (path, body)) in [
        ("jane+dq@example.com", "jane+dq@example.com"),
        ("jane%2Bdq%40example.com", "JANE+dq@EXAMPLE.com"),
        ("JANE+DQ%40Example.COM", " jane+dq@example.com "),
        ("%20jane+dq@example.com%20", "Jane+Dq@example.com"),
    ]
    .into_iter()
    .enumerate()
    {
        let role = Role::ALL[number];
        let call = stage.put(&path_of(path)).json(&model(body, role.as_str()));
        call.send().await.gives_nothing(204);
        assert_eq!(stage.find("jane+dq@example.com").await.unwrap().roles.account, role);
    }
}

#[tokio::test]
async fn an_email_cannot_be_changed_or_left_out() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    for other in ["joe@example.com", ADMIN, "jane@example.co", "xjane@example.com"] {
        let answer = stage.put(&path_of(JANE)).json(&model(other, "admin")).send().await;
        let detail = answer.refuses(406, "email_immutable");
        assert!(detail.contains(JANE), "{detail}");
    }
    for body in [
        json!({"accountRole": "admin"}),
        json!({"email": null, "accountRole": "admin"}),
        json!({"email": "", "accountRole": "admin"}),
        json!({"email": "  ", "accountRole": "admin"}),
        json!({}),
    ] {
        let answer = stage.put(&path_of(JANE)).json(&body).send().await;
        answer.refuses_field(406, "missing_field", "email");
    }
    let answer = stage.put(&path_of(JANE)).json(&model("nobody", "admin")).send().await;
    answer.refuses_field(400, "invalid_field", "email");
    let expected = json!([model(ADMIN, "admin"), model(JANE, "viewer")]);
    assert_eq!(stage.list().await, expected);
}

#[tokio::test]
async fn an_unknown_user_is_not_found_and_not_added() {
    let stage = Stage::new().await;
    let answer = stage.put(&path_of(JANE)).json(&model(JANE, "viewer")).send().await;
    answer.refuses(404, "user_not_found");
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin")]));
}

#[tokio::test]
async fn what_is_no_role_is_refused() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    for role in [json!("ADMIN"), json!(""), json!(0), json!(["admin"]), json!({}), json!("king")] {
        let body = json!({"email": JANE, "accountRole": role});
        let answer = stage.put(&path_of(JANE)).json(&body).send().await;
        let detail = answer.refuses_field(400, "invalid_field", "accountRole");
        assert!(detail.contains("accountRole"), "{detail}");
    }
    assert_eq!(stage.find(JANE).await.unwrap().roles.account, Role::Viewer);
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let stage = Stage::new().await;
    for role in ["editor", "operator", "viewer", "none"] {
        let answer = stage.put(&path_of(ADMIN)).json(&model(ADMIN, role)).send().await;
        let detail = answer.refuses(409, "last_admin");
        assert!(detail.contains(ADMIN), "{detail}");
    }
    let unchanged = stage.put(&path_of(ADMIN)).json(&model(ADMIN, "admin"));
    unchanged.send().await.gives_nothing(204);
    stage.add(JANE, Role::Admin).await;
    let call = stage.put(&path_of(ADMIN)).json(&model(ADMIN, "viewer"));
    call.send().await.gives_nothing(204);
    // It took its own rights away, at once.
    let call = stage.put(&path_of(ADMIN)).json(&model(ADMIN, "admin"));
    call.send().await.refuses(403, "permission_denied");
}
