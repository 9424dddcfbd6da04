//! `GET /openapi.json`: the committed document, which says what the router serves.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::stage::{ADMIN, Stage};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");

/// Every operation of the contract.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("get", "/api/users", "getAllUsers"),
    ("post", "/api/users", "createUser"),
    ("get", "/api/users/{email}", "getUser"),
    ("put", "/api/users/{email}", "updateUser"),
    ("delete", "/api/users/{email}", "deleteUser"),
    ("put", "/api/users/{email}/password", "changeUserPassword"),
    ("post", "/api/users/{email}/passwordlink", "issuePasswordLink"),
    ("get", "/api/users/{email}/passwordlink", "getPasswordLink"),
    ("delete", "/api/users/{email}/passwordlink", "revokePasswordLink"),
    ("put", "/api/mypassword", "changeCallerPassword"),
    ("get", "/api/environment/issueapikey", "issueApiKey"),
    ("get", "/api/environment/profile", "getUserProfile"),
    ("get", "/api/audit", "listAudit"),
    ("get", "/api/ishealthy", "isHealthy"),
    ("get", "/health/live", "isLive"),
    ("get", "/health/ready", "isReady"),
    ("post", "/api/setup", "setUp"),
    ("post", "/api/session", "signIn"),
    ("delete", "/api/session", "signOut"),
    ("get", "/api/sessions", "listSessions"),
    ("delete", "/api/sessions", "endSessions"),
    ("delete", "/api/sessions/{id}", "endSession"),
    ("get", "/api/keys", "listApiKeys"),
    ("post", "/api/keys", "createApiKey"),
    ("delete", "/api/keys/{id}", "revokeApiKey"),
];

async fn served() -> (Stage, Value) {
    let stage = Stage::new().await;
    let answer = stage.get("/openapi.json").anonymous().send().await.gives(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    (stage, document)
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_that_is_committed() {
    let (_, served) = served().await;
    let committed: Value = serde_json::from_str(&fs::read_to_string(COMMITTED).unwrap()).unwrap();
    assert!(served == committed, "run `cargo xtask openapi` and commit openapi.json");
    let version = served["openapi"].as_str().unwrap();
    assert!(version == "3.1" || version.starts_with("3.1."), "{version}");
}

#[tokio::test]
async fn it_documents_the_operations_of_the_contract_and_no_others() {
    let (_, document) = served().await;
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            documented.insert((method.as_str(), path.as_str(), id));
        }
    }
    assert_eq!(documented, OPERATIONS.iter().copied().collect());
}

#[tokio::test]
async fn what_it_documents_is_served_and_what_it_does_not_is_not() {
    let (stage, document) = served().await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = path.replace("{email}", ADMIN).replace("{id}", "none");
        for method in ["get", "post", "put", "delete", "patch", "head", "options", "trace"] {
            let is_documented = item.get(method).is_some();
            let upper = method.to_uppercase();
            // Without a credential and with an empty body no operation does anything.
            let call = stage.call(upper.parse().unwrap(), &address).anonymous();
            let status = call.send().await.status;
            assert_ne!(status, 404, "{method} {path}");
            let follows_get = method == "head" && item.get("get").is_some();
            assert_eq!(status != 405, is_documented || follows_get, "{method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn every_status_of_the_contract_is_documented_as_a_problem() {
    let (_, document) = served().await;
    for (method, path, statuses) in [
        ("get", "/api/users", &["200", "304", "400", "401", "403", "503"][..]),
        ("get", "/api/users/{email}", &["200", "304", "400", "401", "403", "404", "503"]),
        ("post", "/api/users", &["201", "400", "401", "403", "406", "409", "413", "415", "503"]),
        (
            "put",
            "/api/users/{email}",
            &["204", "400", "401", "403", "404", "406", "409", "412", "413", "415", "503"],
        ),
        ("delete", "/api/users/{email}", &["204", "400", "401", "403", "404", "409", "412", "503"]),
        (
            "put",
            "/api/users/{email}/password",
            &["204", "400", "401", "403", "404", "406", "413", "415", "503"],
        ),
        (
            "put",
            "/api/mypassword",
            &["204", "400", "401", "403", "406", "409", "413", "415", "503"],
        ),
        (
            "post",
            "/api/users/{email}/passwordlink",
            &["201", "400", "401", "403", "404", "409", "413", "415", "503"],
        ),
        ("get", "/api/users/{email}/passwordlink", &["200", "400", "401", "403", "404", "503"]),
        ("delete", "/api/users/{email}/passwordlink", &["204", "400", "401", "403", "404", "503"]),
        ("get", "/api/environment/issueapikey", &["200", "401", "403", "409", "503"]),
        ("get", "/api/environment/profile", &["200", "401", "403", "503"]),
        ("get", "/api/audit", &["200", "400", "401", "403", "503"]),
        ("get", "/api/ishealthy", &["200", "503"]),
        ("get", "/health/live", &["200"]),
        ("get", "/health/ready", &["200", "503"]),
        ("post", "/api/setup", &["201", "400", "401", "406", "409", "413", "415", "503"]),
        ("post", "/api/session", &["201", "400", "401", "403", "406", "413", "415", "429", "503"]),
        ("delete", "/api/session", &["204", "401", "403", "404", "503"]),
        ("get", "/api/sessions", &["200", "400", "401", "403", "404", "409", "503"]),
        ("delete", "/api/sessions", &["204", "400", "401", "403", "404", "409", "503"]),
        ("get", "/api/keys", &["200", "400", "401", "403", "404", "409", "503"]),
        ("post", "/api/keys", &["201", "400", "401", "403", "406", "409", "413", "415", "503"]),
        ("delete", "/api/keys/{id}", &["204", "401", "403", "404", "503"]),
        ("delete", "/api/sessions/{id}", &["204", "401", "403", "404", "503"]),
    ] {
        let responses = &document["paths"][path][method]["responses"];
        for status in statuses {
            let response = &responses[*status];
            assert!(response.is_object(), "{method} {path} lacks {status}");
            if status.starts_with(['4', '5']) {
                let content = response["content"].as_object().unwrap();
                let kinds: Vec<_> = content.keys().collect();
                assert_eq!(kinds, ["application/problem+json"], "{method} {path} {status}");
            }
        }
    }
}

/// A change that another site caused is refused with 403, whoever may make it.
#[tokio::test]
async fn the_refusal_of_other_sites_is_documented_for_every_change() {
    let (stage, document) = served().await;
    for (method, path, id) in OPERATIONS.iter().filter(|operation| operation.0 != "get") {
        let address = path.replace("{email}", ADMIN).replace("{id}", "none");
        let call = stage.call(method.to_uppercase().parse().unwrap(), &address);
        call.header("sec-fetch-site", "cross-site").send().await.refuses(403, "permission_denied");
        let responses = &document["paths"][*path][*method]["responses"];
        assert!(responses["403"].is_object(), "{id} lacks 403");
    }
}

#[tokio::test]
async fn every_operation_but_the_open_ones_asks_for_a_bearer_token() {
    let (_, document) = served().await;
    for (method, path, id) in OPERATIONS {
        let security = &document["paths"][*path][*method]["security"];
        let is_open = ["isHealthy", "isLive", "isReady", "setUp", "signIn"].contains(id);
        let asks = security
            .as_array()
            .is_some_and(|ways| ways.iter().any(|way| way.get("bearer").is_some()));
        assert_eq!(asks, !is_open, "{id}: {security}");
    }
    let bearer = &document["components"]["securitySchemes"]["bearer"];
    assert_eq!((&bearer["type"], &bearer["scheme"]), (&"http".into(), &"bearer".into()));
}

#[tokio::test]
async fn password_bodies_are_documented_in_both_content_types() {
    let (_, document) = served().await;
    for path in ["/api/users/{email}/password", "/api/mypassword"] {
        let content = &document["paths"][path]["put"]["requestBody"]["content"];
        let kinds: BTreeSet<_> = content.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(kinds, BTreeSet::from(["application/json", "text/plain"]), "{path}");
    }
}
