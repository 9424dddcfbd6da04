//! `POST /api/setup`: the first admin, once.

use dqops_users_domain::Role;
use dqops_users_http::Authentication;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    members::Members,
    stage::{STRONG, Stage, UNKNOWN_TOKEN, model},
};

const FIRST: &str = "first@example.com";
const WRONG: &str = "dqu_setup_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

async fn set_up(stage: &Stage, body: &Value) -> Answer {
    stage.post("/api/setup").json(body).send().await
}

async fn new() -> (Stage, String) {
    let stage = Stage::empty(Authentication::Required).await;
    let code = stage.setup_code().await;
    (stage, code)
}

async fn admins(stage: &Stage) -> u64 {
    stage.storage.read().await.unwrap().count_admins().await.unwrap()
}

#[tokio::test]
async fn the_code_makes_the_first_admin_and_answers_a_key_that_works() {
    let (stage, code) = new().await;
    let body = json!({"code": code, "email": " First@Example.COM ", "password": STRONG});
    let answer = set_up(&stage, &body).await.gives(201);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let members = Members::of(answer.text());
    assert_eq!(members.names(), ["email", "apiKey"]);
    assert_eq!(answer.json()["email"], FIRST);
    let json = answer.json();
    let key = json["apiKey"].as_str().unwrap();
    assert!(stage.opens(FIRST, STRONG).await);
    let list = stage.get("/api/users").by(key).send().await.gives(200).json();
    assert_eq!(list, json!([model(FIRST, "admin")]));
    let create = stage.post("/api/users").by(key).json(&model("jane@example.com", "viewer"));
    create.send().await.gives_nothing(201);
}

#[tokio::test]
async fn a_password_is_optional() {
    for password in [None, Some(json!(null)), Some(json!(""))] {
        let (stage, code) = new().await;
        let mut body = json!({"code": code, "email": FIRST});
        if let Some(password) = password {
            body["password"] = password;
        }
        set_up(&stage, &body).await.gives(201);
        assert!(!stage.has_password(FIRST).await);
    }
}

#[tokio::test]
async fn a_wrong_code_makes_nobody() {
    let (stage, code) = new().await;
    let upper = code.to_uppercase();
    for wrong in [
        WRONG,
        UNKNOWN_TOKEN,
        "",
        " ",
        "x",
        &upper,
        &code[..code.len() - 1],
        &code["dqu_setup_".len()..],
        "\u{17c}\u{0}",
    ] {
        let body = json!({"code": wrong, "email": FIRST, "password": STRONG});
        set_up(&stage, &body).await.refuses(401, "invalid_credential");
    }
    assert_eq!(admins(&stage).await, 0);
    let blanks = format!(" {code}\n");
    set_up(&stage, &json!({"code": blanks, "email": FIRST})).await.gives(201);
}

#[tokio::test]
async fn code_and_email_must_be_there() {
    let (stage, code) = new().await;
    for (body, field) in [
        (json!({}), "code"),
        (json!({"email": FIRST}), "code"),
        (json!({"code": null, "email": FIRST}), "code"),
        (json!({"code": code}), "email"),
        (json!({"code": code, "email": null}), "email"),
        (json!({"code": code, "email": ""}), "email"),
        (json!({"code": code, "email": "  "}), "email"),
    ] {
        set_up(&stage, &body).await.refuses_field(406, "missing_field", field);
    }
    for (body, field) in [
        (json!({"code": 7, "email": FIRST}), "code"),
        (json!({"code": [code], "email": FIRST}), "code"),
        (json!({"code": {"$ne": ""}, "email": FIRST}), "code"),
        (json!({"code": code, "email": "nobody"}), "email"),
        (json!({"code": code, "email": [FIRST]}), "email"),
        (json!({"code": code, "email": FIRST, "password": 7}), "password"),
        (json!({"code": code, "email": FIRST, "password": [STRONG]}), "password"),
    ] {
        set_up(&stage, &body).await.refuses_field(400, "invalid_field", field);
    }
    assert_eq!(admins(&stage).await, 0);
}

#[tokio::test]
async fn a_refused_password_leaves_the_code_good() {
    let (stage, code) = new().await;
    for (password, reason) in [
        ("short", "12 characters"),
        ("password1234", "guessed first"),
        ("first@example.com", "email"),
        (&*"x".repeat(2000), "1024 bytes"),
    ] {
        let body = json!({"code": code, "email": FIRST, "password": password});
        let detail = set_up(&stage, &body).await.refuses(400, "password_rejected");
        assert!(detail.contains(reason), "{detail}");
    }
    assert_eq!(admins(&stage).await, 0);
    let body = json!({"code": code, "email": FIRST, "password": STRONG});
    set_up(&stage, &body).await.gives(201);
}

#[tokio::test]
async fn there_is_no_second_time() {
    let (stage, code) = new().await;
    let other = stage.setup_code().await;
    set_up(&stage, &json!({"code": code, "email": FIRST})).await.gives(201);
    for again in [code.as_str(), &other, WRONG, ""] {
        for name in [FIRST, "second@example.com"] {
            let body = json!({"code": again, "email": name, "password": STRONG});
            let detail = set_up(&stage, &body).await.refuses(409, "already_set_up");
            assert!(detail.contains("recover-admin"), "{detail}");
        }
    }
    assert_eq!(admins(&stage).await, 1);
    assert!(stage.directory.open_setup_code().await.unwrap().is_none());
}

#[tokio::test]
async fn an_admin_who_came_another_way_closes_the_set_up() {
    let (stage, code) = new().await;
    stage.add("owner@example.com", Role::Admin).await;
    set_up(&stage, &json!({"code": code, "email": FIRST})).await.refuses(409, "already_set_up");
    assert_eq!(stage.find(FIRST).await, None);
}

/// T7.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_attempts_at_once_exactly_one_wins() {
    for round in 0..5 {
        let (stage, code) = new().await;
        let attempts = (0..50).map(|number| {
            let body = json!({"code": code, "email": format!("user{number}@example.com")});
            tokio::spawn(stage.post("/api/setup").json(&body).send())
        });
        let mut winner = None;
        for attempt in attempts.collect::<Vec<_>>() {
            let answer = attempt.await.unwrap();
            if answer.status == 201 {
                assert!(winner.replace(answer.json()).is_none(), "two won in round {round}");
            } else {
                answer.refuses(409, "already_set_up");
            }
        }
        let winner = winner.unwrap();
        let key = winner["apiKey"].as_str().unwrap();
        let list = stage.get("/api/users").by(key).send().await.gives(200).json();
        assert_eq!(list, json!([model(winner["email"].as_str().unwrap(), "admin")]));
    }
}
