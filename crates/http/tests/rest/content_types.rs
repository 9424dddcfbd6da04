//! Content types that an operation does not read.

use dqops_users_domain::Role;
use dqops_users_trust::promise;
use serde_json::json;

use crate::stage::{STRONG, Stage, Store, model, on_both_stores};

on_both_stores!(
    users_the_set_up_and_sign_ins_are_read_as_json_only,
    passwords_are_read_as_json_or_text_only,
);

const JANE: &str = "jane@example.com";

/// Content types that no operation reads.
const FOREIGN: &[&str] = &[
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/problem+json",
    "application/jsonp",
    "application/json-patch+json",
    "application/json; charset=utf-16",
    "application/json; charset=iso-8859-1",
    "text/html",
    "text/json",
    "text/plain; charset=iso-8859-1",
    "text/plain; charset=utf-16",
    "text",
    "json",
    "*/*",
    "",
    ";",
    "application/json\u{e9}",
];

async fn users_the_set_up_and_sign_ins_are_read_as_json_only(store: Store) {
    let trial = promise("I5", "content types of objects", store.ground());
    let stage = Stage::on(store).await;
    stage.add(JANE, Role::Viewer).await;
    let before = stage.tag("/api/users").await;
    let update = model(JANE, "admin").to_string();
    let create = model("joe@example.com", "admin").to_string();
    let sign_in = json!({"email": JANE, "password": STRONG}).to_string();
    let set_up = json!({"code": "dqu_setup_0", "email": JANE}).to_string();
    let key = json!({"name": "nightly"}).to_string();
    for kind in FOREIGN.iter().copied().chain(["text/plain", "text/plain; charset=utf-8"]) {
        for call in [
            stage.post("/api/users").body(kind, create.clone()),
            stage.put("/api/users/jane@example.com").body(kind, update.clone()),
            stage.post("/api/setup").body(kind, set_up.clone()),
            stage.post("/api/session").body(kind, sign_in.clone()),
            stage.post("/api/keys").body(kind, key.clone()),
            stage.post("/api/users/jane@example.com/passwordlink").body(kind, "{}"),
        ] {
            call.send().await.refuses(415, "unsupported_media_type");
            trial.tried(1);
        }
    }
    for call in [
        stage.post("/api/users").bare_body(create),
        stage.post("/api/users"),
        stage.put("/api/users/jane@example.com").bare_body(update),
        stage.put("/api/users/jane@example.com"),
        stage.post("/api/setup").bare_body(set_up),
        stage.post("/api/setup"),
        stage.post("/api/session").bare_body(sign_in),
        stage.post("/api/session"),
    ] {
        call.send().await.refuses(415, "unsupported_media_type");
        trial.tried(1);
    }
    assert_eq!(stage.tag("/api/users").await, before);
}

#[tokio::test]
async fn json_is_known_in_every_spelling() {
    let stage = Stage::new().await;
    for (number, kind) in [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json ; charset=\"utf-8\"",
        "application/json; charset=utf-8; x=y",
    ]
    .into_iter()
    .enumerate()
    {
        let body = model(&format!("user{number}@example.com"), "viewer").to_string();
        stage.post("/api/users").body(kind, body).send().await.gives_nothing(201);
    }
}

async fn passwords_are_read_as_json_or_text_only(store: Store) {
    let trial = promise("I5", "content types of passwords", store.ground());
    let stage = Stage::on(store).await;
    stage.add(JANE, Role::Viewer).await;
    for path in ["/api/users/jane@example.com/password", "/api/mypassword"] {
        for kind in FOREIGN {
            let call = stage.put(path).body(kind, json!(STRONG).to_string());
            call.send().await.refuses(415, "unsupported_media_type");
            trial.tried(1);
        }
        let call = stage.put(path).bare_body(json!(STRONG).to_string());
        call.send().await.refuses(415, "unsupported_media_type");
    }
    assert!(!stage.has_password(JANE).await);
}

#[tokio::test]
async fn whoever_has_no_credential_learns_nothing_about_content_types() {
    let stage = Stage::new().await;
    for call in [
        stage.post("/api/users").body("application/xml", "<a/>"),
        stage.put("/api/users/jane@example.com").body("application/xml", "<a/>"),
        stage.put("/api/mypassword").body("application/xml", "<a/>"),
    ] {
        call.anonymous().send().await.refuses(401, "authentication_required");
    }
}
