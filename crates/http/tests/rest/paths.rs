//! Paths that try to be another one: no trick leads to another route or to another user.

use axum::http::Uri;
use dqops_users_domain::Role;
use dqops_users_trust::promise;
use serde_json::Value;

use crate::stage::{STRONG, Stage, Store, model, on_both_stores};

on_both_stores!(
    no_path_leads_to_another_route_or_user,
    a_path_is_judged_only_after_its_caller,
    a_long_path_is_refused_like_any_other,
);

/// Users whom a path that is read carelessly would find.
const PLANTED: &[&str] = &[
    "jane@example.com",
    "b@x",
    "a@x",
    "mypassword@x",
    "password@x",
    "example.com@x",
    "jane@example.comx",
    "joe@example.com",
];

/// The answers to GET, PUT and DELETE.
type Statuses = [u16; 3];

const NO_EMAIL: Statuses = [400; 3];
const NO_ROUTE: Statuses = [404; 3];
/// A well-formed email of nobody. The body of PUT names another user.
const NO_USER: Statuses = [404, 406, 404];
/// The route of a password, which only knows PUT.
const PASSWORD_OF_NO_EMAIL: Statuses = [405, 400, 405];
/// The route of the OpenAPI document's reader, which only knows GET.
const NO_PAGE: Statuses = [404, 405, 405];

const PATHS: &[(&str, Statuses)] = &[
    ("/api/users/%2e%2e%2fmypassword", NO_EMAIL),
    ("/api/users/%2E%2E%2F%2E%2E%2Fetc%2Fpasswd", NO_EMAIL),
    ("/api/users/..%2fjane@example.com", NO_EMAIL),
    ("/api/users/b@x%2F..%2Fjane@example.com", NO_EMAIL),
    ("/api/users/..", NO_EMAIL),
    ("/api/users/.", NO_EMAIL),
    ("/api/users/%2e", NO_EMAIL),
    ("/api/users/%2e%2e", NO_EMAIL),
    ("/api/users/../mypassword", NO_ROUTE),
    ("/api/users/../users/jane@example.com", NO_ROUTE),
    ("/api/users/./jane@example.com", NO_ROUTE),
    ("/api/mypassword/../users/jane@example.com", NO_ROUTE),
    ("/api/ishealthy/../users", NO_ROUTE),
    ("/api/users/%2e%2e/password", PASSWORD_OF_NO_EMAIL),
    ("/api/users/jane@example.com%2F/password", PASSWORD_OF_NO_EMAIL),
    ("/api/users/jane@example.com%252F/password", PASSWORD_OF_NO_EMAIL),
    ("/api/users/%252e%252e%252f", NO_EMAIL),
    ("/api/users/jane@example.com%252f", NO_EMAIL),
    ("/api/users/jane%2540example.com", NO_EMAIL),
    ("/api/users/%256aane@example.com", NO_EMAIL),
    ("/api/users/a%2Fb@x", NO_EMAIL),
    ("/api/users/a%2fb@x", NO_EMAIL),
    ("/api/users/a%5Cb@x", NO_EMAIL),
    ("/api/users/a/b@x", NO_ROUTE),
    ("/api/users/a\\b@x", NO_EMAIL),
    ("/api/users/..\\jane@example.com", NO_EMAIL),
    ("/api/users\\jane@example.com", NO_ROUTE),
    ("/api/users/jane@example.com%2Fpassword", NO_EMAIL),
    ("/api/users/jane@example.com%252Fpassword", NO_EMAIL),
    ("/api/users/jane@example.com/%70assword", NO_ROUTE),
    ("/api/users/jane@example.com/Password", NO_ROUTE),
    ("/api/users/jane@example.com//password", NO_ROUTE),
    ("/api/users/jane@example.com/./password", NO_ROUTE),
    ("/api/users/jane@example.com/password/x", NO_ROUTE),
    ("/api/users/jane@example.com/", NO_ROUTE),
    ("/api/users/jane@example.com/.", NO_ROUTE),
    ("/api/users//", NO_ROUTE),
    ("/api/users//jane@example.com", NO_ROUTE),
    ("/api//users", NO_ROUTE),
    ("/api//users/jane@example.com", NO_ROUTE),
    ("//api/users", NO_ROUTE),
    ("//api/users/jane@example.com", NO_ROUTE),
    ("/api/%75sers", NO_ROUTE),
    ("/api/%75sers/jane@example.com", NO_ROUTE),
    ("/api%2Fusers", NO_ROUTE),
    ("/api%2Fusers%2Fjane@example.com", NO_ROUTE),
    ("/api/users%2Fjane@example.com", NO_ROUTE),
    ("/api/Users/jane@example.com", NO_ROUTE),
    ("/api/users/jane@example.com%00", NO_EMAIL),
    ("/api/users/%00jane@example.com", NO_EMAIL),
    ("/api/users/jane%00@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%00x", NO_EMAIL),
    ("/api/users%00/jane@example.com", NO_ROUTE),
    ("/api/users/jane@example.com;x=1", NO_EMAIL),
    ("/api/users/jane@example.com;", NO_EMAIL),
    ("/api/users/;jane@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%3Bx", NO_EMAIL),
    ("/api/users;x=1/jane@example.com", NO_ROUTE),
    ("/api;x/users", NO_ROUTE),
    ("/api/users;", NO_ROUTE),
    ("/api/users/+jane@example.com", NO_USER),
    ("/api/users/jane+@example.com", NO_USER),
    ("/api/users/%2Bjane@example.com", NO_USER),
    ("/api/users/ja+ne@example.com", NO_USER),
    ("/api/users/ja%20ne@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%23joe@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%3Femail=joe@example.com", NO_EMAIL),
    ("/api/users/jane@example.com&joe@example.com", NO_EMAIL),
    ("/api/users/jane@example.com,joe@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%0Ajoe@example.com", NO_EMAIL),
    ("/api/users/jane@example.com%20joe@example.com", NO_EMAIL),
    ("/api/users/jane@joe@example.com", NO_EMAIL),
    ("/api/users/%22jane%22@example.com", NO_EMAIL),
    ("/api/users/(x)jane@example.com", NO_EMAIL),
    ("/api/users/jane@%5B127.0.0.1%5D", NO_EMAIL),
    ("/api/users/jane@example.com%ff", NO_EMAIL),
    ("/api/users/%ff", NO_EMAIL),
    ("/api/users/%c0%ae%c0%ae%c0%af", NO_EMAIL),
    ("/api/users/jane@example.com%", NO_EMAIL),
    ("/api/users/jane%4", NO_EMAIL),
    ("/api/users/jane%zz@example.com", NO_EMAIL),
    ("/api/users/jane%u0040example.com", NO_EMAIL),
    ("/api/users/jane@example.com%E2%80%8B", NO_EMAIL),
    ("/api/users/jane%EF%BC%A0example.com", NO_EMAIL),
    ("/api/users/%D1%98ane@example.com", NO_EMAIL),
    ("/api/users/{email}", NO_EMAIL),
    ("/api/users/:email", NO_EMAIL),
    ("/api/users/*", NO_EMAIL),
    ("/api/users/{*rest}", NO_EMAIL),
    ("/openapi.json%00", NO_ROUTE),
    ("/openapi.json/..", NO_ROUTE),
    ("/swagger-ui/../api/users", NO_PAGE),
    ("/swagger-ui/%2e%2e/%2e%2e/Cargo.toml", NO_PAGE),
    ("/swagger-ui/%2e%2e%2fopenapi.json", NO_PAGE),
    ("/swagger-ui//etc/passwd", NO_PAGE),
    ("/swagger-ui/%00", NO_PAGE),
    ("/swagger-ui/%ff", [400, 405, 405]),
];

async fn planted(store: Store) -> (Stage, (Value, String)) {
    let stage = Stage::on(store).await;
    for name in PLANTED {
        stage.add(name, Role::Viewer).await;
    }
    let before = (stage.list().await, stage.tag("/api/users").await);
    (stage, before)
}

fn expected_code(status: u16, path: &str) -> &'static str {
    match status {
        400 if path.starts_with("/swagger-ui/") => "bad_request",
        400 => "invalid_field",
        405 => "method_not_allowed",
        406 => "email_immutable",
        404 if path.contains('+') || path.contains("%2B") => "user_not_found",
        404 => "route_not_found",
        other => panic!("{other}"),
    }
}

async fn no_path_leads_to_another_route_or_user(store: Store) {
    let trial = promise("I3", "crooked paths, as the API reads them", store.ground());
    let (stage, before) = planted(store).await;
    for (path, [get, put, delete]) in PATHS {
        stage.get(path).send().await.refuses(*get, expected_code(*get, path));
        stage.delete(path).send().await.refuses(*delete, expected_code(*delete, path));
        let body = model("jane@example.com", "admin");
        let answer = stage.put(path).json(&body).send().await;
        answer.refuses(*put, expected_code(*put, path));
        // The same with a password, in case the route of one is hit.
        let answer = stage.put(path).text(STRONG).send().await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        let now = (stage.list().await, stage.tag("/api/users").await);
        assert_eq!(now, before, "{path} changed something");
        trial.tried(4);
    }
    for name in PLANTED {
        assert!(!stage.has_password(name).await, "{name}");
    }
}

async fn a_path_is_judged_only_after_its_caller(store: Store) {
    let trial = promise("I3", "crooked paths without a credential", store.ground());
    let (stage, _) = planted(store).await;
    for (path, statuses) in PATHS {
        if *statuses == NO_EMAIL || *statuses == NO_USER {
            let answer = stage.get(path).anonymous().send().await;
            answer.refuses(401, "authentication_required");
            trial.tried(1);
        }
    }
}

async fn a_long_path_is_refused_like_any_other(store: Store) {
    let trial = promise("I3", "long paths", store.ground());
    let (stage, _) = planted(store).await;
    for length in [255, 4096, 60_000] {
        for part in ["a", "%2e", "%252f", "+"] {
            let path = format!("/api/users/{}@example.com", part.repeat(length / part.len()));
            stage.get(&path).send().await.refuses_field(400, "invalid_field", "email");
            trial.tried(1);
        }
        let path = format!("/api/users{}", "/x".repeat(length / 2));
        let status = stage.get(&path).send().await.status;
        assert_eq!(status, 404);
    }
}

#[test]
fn what_is_no_path_at_all_does_not_reach_the_routes() {
    for path in
        ["/api/users/jane doe@example.com", "/api/users/a\0b", "/api/users/a\r\nb", "api/users x"]
    {
        assert!(path.parse::<Uri>().is_err(), "{path:?}");
    }
}
