//! `POST /api/users`.

use dqops_users_domain::Role;
use serde_json::{Value, json};

use crate::stage::{ADMIN, Stage, email, model};

#[tokio::test]
async fn a_user_is_added_with_its_role_and_the_answer_says_where_it_is() {
    let stage = Stage::new().await;
    for role in Role::ALL {
        let name = format!("the-{role}@example.com");
        let answer = stage.post("/api/users").json(&model(&name, role.as_str())).send().await;
        let answer = answer.gives_nothing(201);
        assert_eq!(answer.header("location"), format!("/api/users/{name}"));
        assert_eq!(stage.find(&name).await.unwrap().roles.account, role);
    }
}

#[tokio::test]
async fn the_location_leads_to_the_user_whatever_characters_its_email_has() {
    let stage = Stage::new().await;
    for (name, expected) in [
        ("a+b@example.com", "/api/users/a+b@example.com"),
        ("o'brien@example.com", "/api/users/o'brien@example.com"),
        ("a-b_c~d.e@example.com", "/api/users/a-b_c~d.e@example.com"),
        ("a&b=c@example.com", "/api/users/a%26b%3Dc@example.com"),
        ("!$*@example.com", "/api/users/%21%24%2A@example.com"),
        ("^`{x}|y@example.com", "/api/users/%5E%60%7Bx%7D%7Cy@example.com"),
        (" Jane.DOE@Example.com ", "/api/users/jane.doe@example.com"),
    ] {
        let answer = stage.post("/api/users").json(&model(name, "viewer")).send().await;
        let answer = answer.gives_nothing(201);
        assert_eq!(answer.header("location"), expected);
        let user = stage.get(answer.header("location")).send().await.gives(200).json();
        assert_eq!(user["email"], email(name).as_str());
    }
}

#[tokio::test]
async fn an_email_is_kept_in_canonical_form_and_exists_but_once() {
    let stage = Stage::new().await;
    let body = model("\t Jane.Doe@EXAMPLE.com\r\n", "viewer");
    stage.post("/api/users").json(&body).send().await.gives_nothing(201);
    assert_eq!(stage.list().await[1], model("jane.doe@example.com", "viewer"));
    for spelling in ["jane.doe@example.com", "JANE.DOE@EXAMPLE.COM", " jane.doe@example.com"] {
        let answer = stage.post("/api/users").json(&model(spelling, "admin")).send().await;
        let detail = answer.refuses(409, "user_exists");
        assert!(detail.contains("jane.doe@example.com"), "{detail}");
    }
    assert_eq!(stage.list().await[1], model("jane.doe@example.com", "viewer"));
}

#[tokio::test]
async fn email_and_role_must_be_there() {
    let stage = Stage::new().await;
    for (body, field) in [
        (json!({}), "email"),
        (json!({"accountRole": "viewer"}), "email"),
        (json!({"email": null, "accountRole": "viewer"}), "email"),
        (json!({"email": "", "accountRole": "viewer"}), "email"),
        (json!({"email": " \t", "accountRole": "viewer"}), "email"),
        (json!({"email": "jane@example.com"}), "accountRole"),
        (json!({"email": "jane@example.com", "accountRole": null}), "accountRole"),
    ] {
        let answer = stage.post("/api/users").json(&body).send().await;
        let detail = answer.refuses_field(406, "missing_field", field);
        assert!(detail.contains(field), "{detail}");
    }
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin")]));
}

#[tokio::test]
async fn what_is_no_email_is_refused_with_the_reason() {
    let stage = Stage::new().await;
    let long = format!("{}@example.com", "a".repeat(243));
    for (text, reason) in [
        ("jane", "name@host"),
        ("jane@", "name@host"),
        ("@example.com", "name@host"),
        ("jane doe@example.com", "name@host"),
        ("jane;doe@example.com", "name@host"),
        ("jane@example.com,joe@example.com", "name@host"),
        ("\"jane\"@example.com", "name@host"),
        ("Jane <jane@example.com>", "name@host"),
        ("jane\u{0}@example.com", "name@host"),
        ("jane\r\nbcc@example.com", "name@host"),
        ("jane/doe@example.com", "'/'"),
        ("jane%doe@example.com", "'%'"),
        ("jane?doe@example.com", "'?'"),
        ("jane#doe@example.com", "'#'"),
        ("j\u{e1}ne@example.com", "ASCII"),
        ("jane@ex\u{430}mple.com", "ASCII"),
        ("jane@example.com\u{200b}", "ASCII"),
        (long.as_str(), "254"),
    ] {
        let answer = stage.post("/api/users").json(&model(text, "viewer")).send().await;
        let detail = answer.refuses_field(400, "invalid_field", "email");
        assert!(detail.contains(reason), "{text}: {detail}");
    }
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin")]));
    let longest = format!("{}@example.com", "a".repeat(64));
    stage.post("/api/users").json(&model(&longest, "viewer")).send().await.gives(201);
}

#[tokio::test]
async fn only_the_five_roles_are_roles() {
    let stage = Stage::new().await;
    for role in [
        json!("ADMIN"),
        json!("Viewer"),
        json!("owner"),
        json!(""),
        json!(" viewer"),
        json!(0),
        json!(true),
        json!(["viewer"]),
        json!({"role": "viewer"}),
    ] {
        let body = json!({"email": "jane@example.com", "accountRole": role});
        let answer = stage.post("/api/users").json(&body).send().await;
        answer.refuses_field(400, "invalid_field", "accountRole");
    }
    assert_eq!(stage.find("jane@example.com").await, None);
}

#[tokio::test]
async fn at_the_seat_limit_nobody_is_added() {
    let stage = Stage::new().await;
    stage.install("TEAM", 2).await;
    let add = async |name: &str| stage.post("/api/users").json(&model(name, "viewer")).send().await;
    add("a@example.com").await.gives_nothing(201);
    let detail = add("b@example.com").await.refuses(400, "user_limit_reached");
    assert!(detail.contains("2 seats"), "{detail}");
    add("a@example.com").await.refuses(409, "user_exists");
    stage.delete("/api/users/a@example.com").send().await.gives_nothing(204);
    add("b@example.com").await.gives_nothing(201);
}

#[tokio::test]
async fn one_of_many_creates_of_one_user_succeeds() {
    let stage = Stage::new().await;
    let calls = (0..20).map(|_| {
        tokio::spawn(stage.post("/api/users").json(&model("jane@example.com", "viewer")).send())
    });
    let mut added = 0;
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        if answer.status == 201 {
            added += 1;
        } else {
            answer.refuses(409, "user_exists");
        }
    }
    assert_eq!(added, 1);
    let list: Value = stage.list().await;
    assert_eq!(list.as_array().unwrap().len(), 2);
}
