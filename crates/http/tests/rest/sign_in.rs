//! `POST /api/session`: from email and password to the token of a session.

use dqops_users_domain::Role;
use serde_json::{Value, json};

use crate::{
    call::JSON,
    members::Members,
    sign_ins::{SESSION, SESSIONS, begun},
    stage::{OTHER_STRONG, STRONG, Stage, UNKNOWN_TOKEN},
};

const JANE: &str = "jane@example.com";
const PROFILE: &str = "/api/environment/profile";

/// Bytes of the body at the most.
const LIMIT: usize = 16 * 1024;

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.add_with_password(JANE, Role::Editor).await;
    stage
}

fn valid() -> Value {
    json!({"email": JANE, "password": STRONG})
}

#[tokio::test]
async fn a_sign_in_answers_the_token_of_a_session() {
    let stage = stage().await;
    let call = stage.attempt(" Jane@EXAMPLE.com ", STRONG).header("user-agent", "curl/8.5");
    let answer = call.send().await.gives(201);
    assert_eq!(answer.header("content-type"), JSON);
    assert_eq!(answer.header("cache-control"), "no-store");
    for absent in ["set-cookie", "location", "etag"] {
        assert!(!answer.has(absent), "{absent}");
    }
    let names = ["token", "id", "user", "accountRole", "endsAt"];
    assert_eq!(Members::of(answer.text()).names(), names);
    let json = answer.json();
    assert_eq!((&json["user"], &json["accountRole"]), (&json!(JANE), &json!("editor")));
    assert_eq!(json["endsAt"], "2026-01-01T12:00:00Z");
    let begun = begun(&answer);
    assert!(begun.token.starts_with("dqu_session_"), "{}", begun.token);
    let profile = stage.get(PROFILE).by(&begun.token).send().await.gives(200).json();
    assert_eq!(profile["user"], JANE);
    let list = stage.get(SESSIONS).by(&begun.token).send().await.gives(200).json();
    assert_eq!((&list[0]["id"], &list[0]["client"]), (&json!(begun.id), &json!("curl/8.5")));
}

#[tokio::test]
async fn a_credential_beside_it_is_neither_needed_nor_looked_at() {
    let stage = stage().await;
    for token in [UNKNOWN_TOKEN, "", "x", stage.admin.as_deref().unwrap()] {
        let answer = stage.attempt(JANE, STRONG).by(token).send().await.gives(201);
        assert_eq!(answer.json()["user"], JANE);
    }
}

/// P8: all but the request id, which is given here.
#[tokio::test]
async fn all_failures_look_the_same_to_the_byte() {
    let stage = stage().await;
    stage.add("fresh@example.com", Role::Viewer).await;
    stage.add_with_password("former@example.com", Role::None).await;
    let too_long = "x".repeat(1025);
    let mut seen = Vec::new();
    for (name, password) in [
        (JANE, OTHER_STRONG),
        (JANE, "x"),
        (JANE, too_long.as_str()),
        (JANE, &format!("{STRONG}\0")),
        ("nobody@example.com", STRONG),
        ("nobody@example.com", &too_long),
        ("fresh@example.com", STRONG),
        ("former@example.com", STRONG),
        ("not an email", STRONG),
        ("jane@example.com\0", STRONG),
        ("\u{17c}", STRONG),
        (" ", STRONG),
    ] {
        let call = stage.attempt(name, password).header("x-request-id", "1");
        let answer = call.send().await.gives(401);
        let mut headers: Vec<_> = answer.headers.clone().into_iter().collect();
        headers.sort_by_key(|(name, _)| name.as_ref().unwrap().to_string());
        seen.push((headers, answer.bytes.clone()));
        let detail = answer.refuses(401, "invalid_credential");
        assert_eq!(detail, "the email or the password is wrong");
    }
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:#?}");
    assert_eq!(stage.count_sessions(JANE).await, 0);
}

#[tokio::test]
async fn email_and_password_must_be_there() {
    let stage = stage().await;
    for (body, field) in [
        (json!({}), "email"),
        (json!({"password": STRONG}), "email"),
        (json!({"email": null, "password": STRONG}), "email"),
        (json!({"email": "", "password": STRONG}), "email"),
        (json!({"Email": JANE, "password": STRONG}), "email"),
        (json!({"email": JANE}), "password"),
        (json!({"email": JANE, "password": null}), "password"),
        (json!({"email": JANE, "password": ""}), "password"),
        (json!({"email": JANE, "Password": STRONG}), "password"),
    ] {
        let answer = stage.post(SESSION).json(&body).send().await;
        answer.refuses_field(406, "missing_field", field);
    }
}

#[tokio::test]
async fn values_of_other_types_and_members_that_stand_twice_are_named() {
    let stage = stage().await;
    let deep = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
    for value in ["7", "true", "[]", "{}", r#"["x"]"#, r#"{"$ne":""}"#, "1e999", &deep] {
        for (field, body) in [
            ("email", format!(r#"{{"email":{value},"password":"x"}}"#)),
            ("password", format!(r#"{{"email":"{JANE}","password":{value}}}"#)),
        ] {
            let answer = stage.post(SESSION).body(JSON, body).send().await;
            answer.refuses_field(400, "invalid_field", field);
        }
    }
    let valid = format!(r#""email":"{JANE}","password":"{STRONG}""#);
    for (more, field) in [
        (format!(r#""email":"{JANE}""#), "email"),
        (format!(r#""password":"{STRONG}""#), "password"),
        (r#""\u0070assword":null"#.to_owned(), "password"),
        (r#""x":1,"x":2"#.to_owned(), "x"),
    ] {
        for body in [format!("{{{valid},{more}}}"), format!("{{{more},{valid}}}")] {
            let answer = stage.post(SESSION).body(JSON, body).send().await;
            answer.refuses_field(400, "invalid_field", field);
        }
    }
    for body in ["", "null", "[]", "{", "\"x\"", &format!("{{{valid}}}x"), &deep] {
        let answer = stage.post(SESSION).body(JSON, body.to_owned()).send().await;
        let detail = answer.refuses(400, "malformed_body");
        assert!(!detail.contains(STRONG), "{detail}");
    }
    assert_eq!(stage.count_sessions(JANE).await, 0);
    // Members that are not known are ignored.
    let body =
        format!(r#"{{{valid},"user":"admin@example.com","accountRole":"admin","x":{deep}}}"#);
    let json = stage.post(SESSION).body(JSON, body).send().await.gives(201).json();
    assert_eq!((&json["user"], &json["accountRole"]), (&json!(JANE), &json!("editor")));
}

#[tokio::test]
async fn the_body_is_json_of_16_kib_at_the_most() {
    let stage = stage().await;
    let body = valid().to_string();
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    stage.post(SESSION).body(JSON, padded(LIMIT)).send().await.gives(201);
    for length in [LIMIT + 1, 100 * LIMIT] {
        let answer = stage.post(SESSION).body(JSON, padded(length)).send().await;
        answer.refuses(413, "body_too_large");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let answer = stage.post(SESSION).body(kind, body.clone()).send().await;
        answer.refuses(415, "unsupported_media_type");
    }
    stage.post(SESSION).bare_body(body).send().await.refuses(415, "unsupported_media_type");
}

/// T1, and P8: whoever must wait learns nothing of the password, nor whether there is such a user.
#[tokio::test]
async fn whoever_fails_too_often_must_wait() {
    let stage = stage().await;
    let mut refusals = Vec::new();
    for name in [JANE, "nobody@example.com"] {
        for _ in 0..10 {
            stage.attempt(name, OTHER_STRONG).send().await.refuses(401, "invalid_credential");
        }
        for password in [OTHER_STRONG, STRONG] {
            let answer = stage.attempt(name, password).send().await;
            assert_eq!(answer.header("retry-after"), "6");
            refusals.push(answer.bytes.clone());
            answer.refuses(429, "too_many_requests");
        }
    }
    assert!(refusals.iter().all(|bytes| *bytes == refusals[0]));
    stage.clock.set("2026-01-01T00:00:05Z");
    let answer = stage.attempt(JANE, STRONG).send().await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.refuses(429, "too_many_requests");
    stage.clock.set("2026-01-01T00:00:06Z");
    stage.sign_in(JANE).await;
}

#[tokio::test]
async fn no_other_site_signs_anybody_in() {
    let stage = stage().await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let call = stage.attempt(JANE, STRONG).header("host", "dqops.corp.example:8888");
        call.header(header, value).send().await.refuses(403, "permission_denied");
    }
    assert_eq!(stage.count_sessions(JANE).await, 0);
    let call = stage.attempt(JANE, STRONG).header("host", "dqops.corp.example:8888");
    call.header("sec-fetch-site", "same-origin").send().await.gives(201);
}
