//! Requests that a page of another site makes a browser send, in the mode with authentication.

use axum::http::Method;
use dqops_users_domain::Role;
use dqops_users_http::Authentication;
use serde_json::json;

use crate::{
    call::Call,
    stage::{STRONG, Stage, model, path_of},
};

const JANE: &str = "jane@example.com";
const HOST: &str = "dqops.corp.example:8888";

/// What a browser adds to a request that another site caused.
const FOREIGN: &[(&str, &str)] = &[
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", "unheard-of"),
    ("origin", "https://evil.example"),
    ("origin", "http://dqops.corp.example"),
    ("origin", "http://dqops.corp.example:9999"),
    ("origin", "http://dqops.corp.example:8888.evil.example"),
    ("origin", "http://sub.dqops.corp.example:8888"),
    ("origin", "null"),
    ("origin", "file://"),
];

/// What a browser adds to a request that our own page caused, or the person.
const OWN: &[(&str, &str)] = &[
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-site", "none"),
    ("origin", "http://dqops.corp.example:8888"),
];

fn with(call: Call, header: &(&'static str, &'static str)) -> Call {
    call.header("host", HOST).header(header.0, header.1)
}

#[tokio::test]
async fn no_other_site_changes_anything_even_with_a_credential() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Viewer).await;
    let before = stage.tag("/api/users").await;
    for header in FOREIGN {
        for call in [
            stage.post("/api/users").json(&model("x@example.com", "admin")),
            stage.put(&path_of(JANE)).json(&model(JANE, "admin")),
            stage.put(&format!("/api/users/{JANE}/password")).text(STRONG),
            stage.post(&format!("/api/users/{JANE}/passwordlink")),
            stage.delete(&format!("/api/users/{JANE}/passwordlink")),
            stage.put("/api/mypassword").by(&jane.key).text(STRONG),
            stage.delete(&path_of(JANE)),
            stage.post("/api/setup").json(&json!({})),
            stage.post("/api/session").json(&json!({})),
            stage.delete("/api/session"),
            stage.delete("/api/sessions"),
            stage.delete("/api/sessions/none"),
            stage.post("/api/keys").json(&json!({})),
            stage.delete("/api/keys/none"),
            stage.call(Method::PATCH, "/api/users"),
            stage.post("/nowhere"),
        ] {
            let detail = with(call, header).send().await.refuses(403, "permission_denied");
            assert!(detail.contains("another web site"), "{detail}");
        }
    }
    assert_eq!(stage.tag("/api/users").await, before);
    assert!(!stage.has_password(JANE).await);
}

#[tokio::test]
async fn no_other_site_makes_the_first_admin() {
    let stage = Stage::empty(Authentication::Required).await;
    let code = stage.setup_code().await;
    for header in FOREIGN {
        let call = stage.post("/api/setup").json(&json!({"code": code, "email": JANE}));
        with(call, header).send().await.refuses(403, "permission_denied");
    }
    let call = stage.post("/api/setup").json(&json!({"code": code, "email": JANE}));
    with(call, &OWN[0]).send().await.gives(201);
}

#[tokio::test]
async fn no_other_site_has_a_key_issued_even_with_a_credential() {
    let stage = Stage::new().await;
    let keys = async || stage.storage.read().await.unwrap().api_keys(None).await.unwrap().len();
    let before = keys().await;
    for header in FOREIGN {
        let call = with(stage.get("/api/environment/issueapikey"), header);
        call.send().await.refuses(403, "permission_denied");
        let call = with(stage.call(Method::HEAD, "/api/environment/issueapikey"), header);
        call.send().await.gives(403);
    }
    assert_eq!(keys().await, before);
}

#[tokio::test]
async fn our_own_pages_and_programs_do_all_that() {
    let stage = Stage::new().await;
    for header in OWN {
        let call = stage.post("/api/users").json(&model(JANE, "viewer"));
        with(call, header).send().await.gives_nothing(201);
        let call = stage.put(&path_of(JANE)).json(&model(JANE, "editor"));
        with(call, header).send().await.gives_nothing(204);
        with(stage.get("/api/environment/issueapikey"), header).send().await.gives(200);
        with(stage.put("/api/mypassword").text(STRONG), header).send().await.gives_nothing(204);
        with(stage.delete(&path_of(JANE)), header).send().await.gives_nothing(204);
    }
    let call = stage.get("/api/environment/issueapikey").header("host", HOST);
    call.send().await.gives(200);
}

#[tokio::test]
async fn a_link_on_another_site_may_be_followed_with_a_credential() {
    // Reading has no effect, and without our consent no other site reads the answer.
    let stage = Stage::new().await;
    for header in FOREIGN {
        for path in ["/api/users", "/api/environment/profile", "/api/ishealthy", "/openapi.json"] {
            with(stage.get(path), header).send().await.gives(200);
        }
    }
}
