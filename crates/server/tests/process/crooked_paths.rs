//! I3: what a path can be bent into, byte for byte on the wire, reaches no other route and no other user,
//! neither of the API nor of the console.

use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::Client,
    insider::Insider,
    place::{Store, on_both_stores},
    stage::Stage,
};

on_both_stores!(no_crooked_path_reaches_another_route_or_user);

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "purple turtles like quiet rivers";

/// What is there, by the API and by the console.
const STRAIGHT: &[&str] = &[
    "/api/users",
    "/api/users/jane@example.com",
    "/api/users/jane@example.com/password",
    "/api/mypassword",
    "/api/ishealthy",
    "/users",
    "/users/jane@example.com",
    "/users/jane@example.com/delete",
    "/audit",
    "/login",
    "/licence",
];

const TRICKS: &[&str] = &[
    "%2e%2e%2f",
    "%2E%2E/",
    "../",
    "./",
    "%2e/",
    "%252f",
    "%252e%252e%252f",
    "%2f",
    "%5c",
    "\\",
    "//",
    "/",
    "%00",
    ";",
    "%3b",
    ";x=1",
    "%0d%0a",
    "%09",
    "%20",
    "+",
    "%2b",
    "a%2Fb@x",
    "a%2Fb@x/",
    "%ff",
    "%c0%af",
    "%u002f",
    "%",
    "*",
    ":",
    "{email}",
    "%23",
    "%3f",
    "@",
    ",",
    "&",
];

/// White space around an email does not count, in a path as elsewhere.
fn is_jane_in_blanks(part: &str) -> bool {
    let bare = ["%0d%0a", "%09", "%20"]
        .iter()
        .fold(part.to_owned(), |bare, blank| bare.replace(blank, ""));
    bare == JANE && part != JANE
}

/// Each trick before and after each part of each path, and in the place of each slash.
fn crooked() -> Vec<String> {
    let mut all = Vec::new();
    for path in STRAIGHT {
        for trick in TRICKS {
            for (at, _) in path.match_indices('/') {
                let (before, after) = path.split_at(at);
                all.push(format!("{before}/{trick}{}", &after[1..]));
                if at > 0 {
                    all.push(format!("{before}{trick}{after}"));
                    all.push(format!("{before}{trick}{}", &after[1..]));
                }
            }
            all.push(format!("{path}{trick}"));
            all.push(format!("{path}/{trick}"));
        }
    }
    all.retain(|path| {
        !STRAIGHT.contains(&path.as_str()) && !path.split('/').any(is_jane_in_blanks)
    });
    all.sort();
    all.dedup();
    all
}

fn no_crooked_path_reaches_another_route_or_user(store: Store) {
    let trial = promise("I3", "crooked paths on the wire", store.ground());
    let stage = Stage::new(store);
    for email in [JANE, "a@x", "b@x", "password@x", "clerk@example.com"] {
        let role = if email.starts_with("clerk") { "admin" } else { "viewer" };
        stage.admin.add(email, role).gives(201);
    }
    stage.admin.insist("PUT", "/api/users/clerk@example.com/password", &json!(PASSWORD)).gives(204);
    let sent = json!({"email": "clerk@example.com", "password": PASSWORD});
    let begun = stage.server.anonymous().insist("POST", "/api/session", &sent).gives(201).json();
    let cookie = format!("dqops_users_session={}", begun["token"].as_str().unwrap());
    let clerk = stage.server.anonymous().with("Cookie", &cookie);
    let insider = Insider::at(&stage.place);
    let before = (insider.emails(), stage.admin.get("/api/users").gives(200).json());
    for (number, path) in crooked().iter().enumerate().step_by(count(20, 1)) {
        for method in ["GET", "PUT", "DELETE", "POST"] {
            must_lead_nowhere(
                if path.starts_with("/api") { &stage.admin } else { &clerk },
                method,
                path,
            );
            trial.tried(1);
        }
        if number % 100 == 0 {
            assert_eq!(insider.emails(), before.0, "before {path}");
        }
    }
    assert_eq!((insider.emails(), stage.admin.get("/api/users").gives(200).json()), before);
    assert!(stage.place.password_hash(JANE).is_none());
}

/// It is refused as what it says itself, or there is nothing.
fn must_lead_nowhere(caller: &Client, method: &str, path: &str) {
    let (kind, body) = if path.starts_with("/api") {
        ("application/json", json!({"email": JANE, "accountRole": "admin"}).to_string())
    } else {
        (
            "application/x-www-form-urlencoded",
            format!("email={JANE}&accountRole=admin&password={PASSWORD}"),
        )
    };
    let body = (method != "GET").then_some((kind, body.as_str()));
    let reply = caller.send(method, path, body).unwrap();
    assert!(
        (400..500).contains(&reply.status),
        "{method} {path}: {} {}",
        reply.status,
        reply.text()
    );
    assert!(!reply.text().contains("viewer"), "{method} {path}: {}", reply.text());
}
