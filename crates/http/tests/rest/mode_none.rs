//! The mode without authentication: a request without a credential acts as the owner, if it comes
//! from here.

use dqops_users_domain::Role;
use dqops_users_http::{Authentication, Limits};
use serde_json::json;

use crate::stage::{ADMIN, STRONG, Stage, UNKNOWN_TOKEN, model, path_of};

const KEY: &str = "/api/environment/issueapikey";
const PROFILE: &str = "/api/environment/profile";

/// A directory with an owner, whose requests carry no credential.
async fn owned() -> Stage {
    let mut stage = Stage::new().await.behind(Authentication::None, Limits::default());
    stage.admin = None;
    stage
}

#[tokio::test]
async fn the_documented_examples_run_without_a_credential() {
    let stage = owned().await;
    let jane = path_of("sample_user@mail.com");
    let body = model("sample_user@mail.com", "operator");
    stage.post("/api/users").json(&body).send().await.gives_nothing(201);
    stage.get("/api/users").send().await.gives(200);
    assert_eq!(stage.get(&jane).send().await.gives(200).json(), body);
    stage.put(&jane).json(&body).send().await.gives_nothing(204);
    let password = json!("sample_string_value");
    stage.put(&format!("{jane}/password")).json(&password).send().await.gives_nothing(204);
    stage.put("/api/mypassword").json(&password).send().await.gives_nothing(204);
    stage.delete(&jane).send().await.gives_nothing(204);
    assert!(stage.opens(ADMIN, "sample_string_value").await);
}

#[tokio::test]
async fn the_owner_is_the_oldest_admin_there_is() {
    let stage = owned().await;
    let user = async || stage.get(PROFILE).send().await.gives(200).json()["user"].clone();
    stage.clock.set("2026-01-02T00:00:00Z");
    stage.add("a-second@example.com", Role::Admin).await;
    assert_eq!(user().await, ADMIN);
    stage.delete(&path_of(ADMIN)).send().await.gives_nothing(204);
    assert_eq!(user().await, "a-second@example.com");
    let key = stage.get(KEY).send().await.gives(200).json();
    let call = stage.get(PROFILE).by(key.as_str().unwrap());
    assert_eq!(call.send().await.gives(200).json()["user"], "a-second@example.com");
}

#[tokio::test]
async fn on_an_empty_directory_requests_act_as_a_nameless_admin() {
    let stage = Stage::empty(Authentication::None).await;
    assert_eq!(stage.list().await, json!([]));
    let profile = stage.get(PROFILE).send().await.gives(200).json();
    assert_eq!((&profile["user"], &profile["account_role"]), (&json!(null), &json!("admin")));
    assert_eq!(profile["can_manage_users"], true);
    stage.put("/api/mypassword").json(&json!(STRONG)).send().await.refuses(409, "no_owner");
    stage.put("/api/mypassword").send().await.refuses(409, "no_owner");
    stage.get(KEY).send().await.refuses(409, "no_owner");
    let viewer = model("viewer@example.com", "viewer");
    stage.post("/api/users").json(&viewer).send().await.gives_nothing(201);
    stage.get(KEY).send().await.refuses(409, "no_owner");
    // The first admin is the owner from then on.
    let first = model("first@example.com", "admin");
    stage.post("/api/users").json(&first).send().await.gives_nothing(201);
    let profile = stage.get(PROFILE).send().await.gives(200).json();
    assert_eq!(profile["user"], "first@example.com");
    stage.put("/api/mypassword").json(&json!(STRONG)).send().await.gives_nothing(204);
    stage.get(KEY).send().await.gives(200);
}

#[tokio::test]
async fn a_bearer_token_that_is_sent_is_still_checked() {
    let stage = owned().await;
    for token in [UNKNOWN_TOKEN, "", "x"] {
        stage.get("/api/users").by(token).send().await.refuses(401, "invalid_credential");
        stage
            .put("/api/mypassword")
            .by(token)
            .json(&json!(STRONG))
            .send()
            .await
            .refuses(401, "invalid_credential");
    }
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    let profile = stage.get(PROFILE).by(&jane.key).send().await.gives(200).json();
    assert_eq!(profile["user"], "jane@example.com");
    let call = stage.delete(&path_of(ADMIN)).by(&jane.key);
    call.send().await.refuses(403, "permission_denied");
    let nobody = stage.person("nobody@example.com", Role::None).await;
    stage.get("/api/users").by(&nobody.key).send().await.refuses(403, "permission_denied");
}

#[tokio::test]
async fn only_requests_to_a_local_name_need_no_credential() {
    let stage = owned().await;
    for host in [
        "localhost",
        "localhost:8888",
        "LOCALHOST:8888",
        "127.0.0.1",
        "127.0.0.1:8888",
        "127.8.9.1",
        "[::1]",
        "[::1]:8888",
    ] {
        stage.get("/api/users").header("host", host).send().await.gives(200);
    }
    for host in [
        "evil.example",
        "evil.example:8888",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example@localhost.evil.example",
        "192.168.0.7:8888",
        "0.0.0.0:8888",
        "[::]:8888",
        "2130706433",
        "0x7f.1",
        "",
        "localhost:8888, evil.example",
    ] {
        for call in [
            stage.get("/api/users"),
            stage.get(KEY),
            stage.get(PROFILE),
            stage.put("/api/mypassword").json(&json!(STRONG)),
            stage.delete(&path_of(ADMIN)),
            stage.post("/api/users").json(&model("x@example.com", "admin")),
        ] {
            call.header("host", host).send().await.refuses(403, "permission_denied");
        }
    }
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin")]));
    // With a credential the name does not matter: no other site has it.
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    let call = stage.get("/api/users").by(&jane.key).header("host", "dqops.corp.example");
    call.send().await.gives(200);
    stage.get("/api/ishealthy").header("host", "dqops.corp.example").send().await.gives(200);
}

#[tokio::test]
async fn requests_that_another_site_caused_are_refused() {
    let stage = owned().await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "unheard-of"),
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:3000"),
        ("origin", "null"),
    ] {
        for call in [
            stage.get("/api/users"),
            stage.get(&path_of(ADMIN)),
            stage.get(PROFILE),
            stage.get(KEY),
            stage.put("/api/mypassword").json(&json!(STRONG)),
            stage.delete(&path_of(ADMIN)),
            stage.post("/api/users").text("{}"),
        ] {
            let call = call.header("host", "localhost:8888").header(header, value);
            call.send().await.refuses(403, "permission_denied");
        }
    }
    for (header, value) in [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("origin", "http://localhost:8888"),
    ] {
        for call in [stage.get("/api/users"), stage.get(PROFILE), stage.get(KEY)] {
            call.header("host", "localhost:8888").header(header, value).send().await.gives(200);
        }
    }
    assert!(!stage.has_password(ADMIN).await);
}
