//! Methods that a route lacks, and addresses at which there is nothing.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use dqops_users_trust::promise;

use crate::stage::{ADMIN, Stage, Store, on_both_stores};

on_both_stores!(a_method_that_a_path_lacks_is_refused_with_those_that_it_knows);

const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW"];

/// The methods of each path.
fn served() -> BTreeMap<String, BTreeSet<String>> {
    let mut served: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path) in dqops_users_http::routes() {
        let methods = served.entry(path).or_default();
        if method == Method::GET {
            methods.insert("HEAD".to_owned());
        }
        methods.insert(method.to_string());
    }
    served
}

async fn a_method_that_a_path_lacks_is_refused_with_those_that_it_knows(store: Store) {
    let trial = promise("I5", "methods that a route lacks", store.ground());
    let stage = Stage::on(store).await;
    let mut refused = 0;
    for (path, known) in served() {
        for method in METHODS.into_iter().filter(|method| !known.contains(*method)) {
            for credential in [true, false] {
                let call = stage.call(method.parse().unwrap(), &path.replace("{email}", ADMIN));
                let call = if credential { call } else { call.anonymous() };
                let answer = call.send().await;
                let allow = answer.header("allow").split(',').map(|name| name.trim().to_owned());
                assert_eq!(allow.collect::<BTreeSet<_>>(), known, "{method} {path}");
                if method == "HEAD" {
                    answer.gives(405);
                } else {
                    answer.refuses(405, "method_not_allowed");
                }
                refused += 1;
                trial.tried(1);
            }
        }
    }
    assert!(refused >= 2 * 70, "{refused}");
    stage.get("/api/users/admin@example.com").send().await.gives(200);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let stage = Stage::new().await;
    for path in ["/api/users", "/api/users/admin@example.com", "/api/ishealthy", "/openapi.json"] {
        let get = stage.get(path).send().await.gives(200);
        let head = stage.call(Method::HEAD, path).send().await.gives(200);
        for name in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.headers.get(name), get.headers.get(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn there_is_no_preflight_for_other_sites() {
    let stage = Stage::new().await;
    for path in ["/api/users", "/api/mypassword", "/api/environment/issueapikey"] {
        let call = stage.call(Method::OPTIONS, path).anonymous();
        let call = call.header("origin", "https://evil.example");
        let answer = call.header("access-control-request-method", "PUT").send().await;
        answer.refuses(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn there_is_nothing_at_other_addresses() {
    let stage = Stage::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/users/",
        "/api/users/?limit=1",
        "/api/user",
        "/api/userss",
        "/API/USERS",
        "/api/mypassword/",
        "/api/users/admin@example.com/",
        "/api/users/admin@example.com/password/",
        "/api/users/admin@example.com/role",
        "/api/environment",
        "/api/environment/",
        "/api/environment/profile/",
        "/api/ishealthy/",
        "/api/setup/",
        "/api/session/",
        "/api/session/current",
        "/api/sessions/",
        "/api/sessions/none/",
        "/api/domains/",
        "/api/v1/users",
        "/openapi.json/",
        "/openapi.yaml",
        "/metrics",
        "/favicon.ico",
        "/.env",
    ] {
        for method in METHODS {
            for call in [
                stage.call(method.parse().unwrap(), path),
                stage.call(method.parse().unwrap(), path).anonymous(),
            ] {
                let answer = call.send().await;
                if method == "HEAD" {
                    answer.gives(404);
                } else {
                    answer.refuses(404, "route_not_found");
                }
            }
        }
    }
}
