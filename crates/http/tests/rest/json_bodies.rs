//! Bodies that are not what a client would send: broken, doubled, nested, huge, of the wrong type.

use axum::body::Body;
use dqops_users_domain::Role;
use dqops_users_trust::promise;
use serde_json::Value;

use crate::{
    call::JSON,
    stage::{STRONG, Stage, Store, model, on_both_stores},
};

on_both_stores!(
    what_is_no_json_object_is_malformed,
    an_email_of_another_type_is_named_as_the_field_at_fault,
    an_email_of_another_type_signs_nobody_in,
    a_member_that_stands_twice_is_refused_in_any_spelling,
    depth_and_size_elsewhere_do_no_harm_either,
);

const JANE: &str = "jane@example.com";

/// Bodies that are no JSON object.
fn malformed() -> Vec<Vec<u8>> {
    let object = model("new@example.com", "viewer").to_string();
    let utf16: Vec<u8> = object.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut bodies = vec![
        [b"\xef\xbb\xbf", object.as_bytes()].concat(),
        utf16,
        format!("{object}x").into_bytes(),
        format!("{object}{object}").into_bytes(),
        format!("{object}\0").into_bytes(),
        format!("[{object}]").into_bytes(),
        object.as_bytes()[..object.len() - 1].to_vec(),
        object.replace('"', "'").into_bytes(),
        object.replace('}', ",}").into_bytes(),
        format!("//comment\n{object}").into_bytes(),
        b"{\"email\":\"n\xffw@example.com\",\"accountRole\":\"viewer\"}".to_vec(),
        b"{\"email\":\"n\xc0\xafw@example.com\",\"accountRole\":\"viewer\"}".to_vec(),
        b"{\"em\xffail\":\"new@example.com\",\"accountRole\":\"viewer\"}".to_vec(),
        b"{\"email\":\"new\n@example.com\",\"accountRole\":\"viewer\"}".to_vec(),
        "[".repeat(10_000).into_bytes(),
        [b"[".repeat(10_000), b"]".repeat(10_000)].concat(),
        br#"{"a":"#.repeat(10_000),
    ];
    for text in
        ["", " ", "null", "true", "7", "\"text\"", "[]", "[null]", "{", "}", "{]", "NaN", "<a/>"]
    {
        bodies.push(text.as_bytes().to_vec());
    }
    bodies
}

/// The rest of a body after its email, and what must be said of it.
fn bad_emails() -> Vec<(String, u16, &'static str)> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let huge = "a".repeat(300 * 1024);
    let invalid = (400, "invalid_field");
    let missing = (406, "missing_field");
    [
        (r#"["jane@example.com"]"#.to_owned(), invalid),
        (r#"{"email":"jane@example.com"}"#.to_owned(), invalid),
        (r#"{"$gt":""}"#.to_owned(), invalid),
        ("7".to_owned(), invalid),
        ("-0.0".to_owned(), invalid),
        ("1e999".to_owned(), invalid),
        ("9".repeat(300 * 1024), invalid),
        ("true".to_owned(), invalid),
        ("false".to_owned(), invalid),
        ("[]".to_owned(), invalid),
        ("{}".to_owned(), invalid),
        ("null".to_owned(), missing),
        ("\"\"".to_owned(), missing),
        (r#"" \t\r\n""#.to_owned(), missing),
        (deep("[", "]"), invalid),
        (deep(r#"{"email":"#, "}").replacen(":}", ":null}", 1), invalid),
        (format!("\"{huge}\""), invalid),
        (format!("\"{huge}@example.com\""), invalid),
        (format!("\"jane@{huge}\""), invalid),
        (r#""\ud800@example.com""#.to_owned(), invalid),
        (r#""jane\u0000@example.com""#.to_owned(), invalid),
        (r#""jane@example.com\u0000""#.to_owned(), invalid),
        (r#""jane@example.com\nadmin@example.com""#.to_owned(), invalid),
    ]
    .map(|(text, (status, code))| (text, status, code))
    .to_vec()
}

fn with_email(email: &str) -> String {
    format!(r#"{{"email":{email},"accountRole":"viewer","code":"dqu_setup_0"}}"#)
}

async fn unchanged(stage: &Stage, before: &(Value, String), what: &str) {
    let what = &what[..what.len().min(80)];
    assert_eq!((stage.list().await, stage.tag("/api/users").await), *before, "{what}");
}

async fn stage_with_jane(store: Store) -> (Stage, (Value, String)) {
    let stage = Stage::on(store).await;
    stage.add(JANE, Role::Viewer).await;
    let before = (stage.list().await, stage.tag("/api/users").await);
    (stage, before)
}

/// The operations that read a JSON object.
const OPERATIONS: [(&str, &str); 3] =
    [("POST", "/api/users"), ("PUT", "/api/users/jane@example.com"), ("POST", "/api/setup")];

async fn what_is_no_json_object_is_malformed(store: Store) {
    let trial = promise("I2", "bodies that are no object", store.ground());
    let (stage, before) = stage_with_jane(store).await;
    for body in malformed() {
        for (method, path) in OPERATIONS {
            let call = stage.call(method.parse().unwrap(), path);
            let answer = call.body(JSON, body.clone()).send().await;
            let detail = answer.refuses(400, "malformed_body");
            assert!(detail.len() < 500, "it repeats the body: {detail:.200}");
            trial.tried(1);
        }
        unchanged(&stage, &before, &String::from_utf8_lossy(&body)).await;
    }
}

async fn an_email_of_another_type_is_named_as_the_field_at_fault(store: Store) {
    let trial = promise("I2", "emails of other types", store.ground());
    let (stage, before) = stage_with_jane(store).await;
    for (email, status, code) in bad_emails() {
        for (method, path) in OPERATIONS {
            let call = stage.call(method.parse().unwrap(), path);
            let answer = call.body(JSON, with_email(&email)).send().await;
            assert!(answer.bytes.len() < 2000, "it repeats the email");
            answer.refuses_field(status, code, "email");
            trial.tried(1);
        }
        unchanged(&stage, &before, &email).await;
    }
}

/// Its bodies are small, since there is a password in them.
async fn an_email_of_another_type_signs_nobody_in(store: Store) {
    let trial = promise("I2", "emails of other types at the sign-in", store.ground());
    let (stage, before) = stage_with_jane(store).await;
    let twice = [r#""jane@example.com","email":"jane@example.com""#.to_owned()];
    for email in bad_emails().into_iter().map(|(email, ..)| email).chain(twice) {
        let body = format!(r#"{{"email":{email},"password":"{STRONG}"}}"#);
        let is_large = body.len() > 16 * 1024;
        let answer = stage.post("/api/session").anonymous().body(JSON, body).send().await;
        let expected: &[u16] = if is_large { &[413] } else { &[400, 401, 406] };
        assert!(expected.contains(&answer.status), "{email:.80}: {}", answer.text());
        trial.tried(1);
    }
    assert_eq!(stage.count_sessions(JANE).await, 0);
    unchanged(&stage, &before, "a sign-in").await;
}

async fn a_member_that_stands_twice_is_refused_in_any_spelling(store: Store) {
    let trial = promise("I2", "members that stand twice", store.ground());
    let (stage, before) = stage_with_jane(store).await;
    for (body, field) in [
        (
            r#"{"email":"jane@example.com","email":"new@example.com","accountRole":"admin"}"#,
            "email",
        ),
        (
            r#"{"email":"jane@example.com","email":"jane@example.com","accountRole":"admin"}"#,
            "email",
        ),
        (
            r#"{"email":"jane@example.com","\u0065mail":"new@example.com","accountRole":"admin"}"#,
            "email",
        ),
        (r#"{"email":"jane@example.com","email":null,"accountRole":"admin"}"#, "email"),
        (
            r#"{"email":"jane@example.com","accountRole":"viewer","accountRole":"admin"}"#,
            "accountRole",
        ),
        (r#"{"email":"jane@example.com","accountRole":"admin","x":1,"x":2}"#, "x"),
        (
            r#"{"email":"jane@example.com","accountRole":"admin","dataDomainRoles":{},"dataDomainRoles":{}}"#,
            "dataDomainRoles",
        ),
        (r#"{"code":"a","code":"b","email":"jane@example.com","accountRole":"admin"}"#, "code"),
    ] {
        for (method, path) in OPERATIONS {
            let call = stage.call(method.parse().unwrap(), path).body(JSON, body);
            call.send().await.refuses_field(400, "invalid_field", field);
            trial.tried(1);
        }
        unchanged(&stage, &before, body).await;
    }
}

async fn depth_and_size_elsewhere_do_no_harm_either(store: Store) {
    let trial = promise("I2", "depth and size elsewhere", store.ground());
    let (stage, before) = stage_with_jane(store).await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let huge = "a".repeat(300 * 1024);
    for (members, field) in [
        (format!(r#""accountRole":{deep}"#), "accountRole"),
        (format!(r#""accountRole":"{huge}""#), "accountRole"),
        (format!(r#""dataDomainRoles":{deep}"#), "dataDomainRoles"),
        (format!(r#""dataDomainRoles":{{"a":{deep}}}"#), "dataDomainRoles.a"),
        (format!(r#""dataDomainRoles":{{"a":"{huge}"}}"#), "dataDomainRoles.a"),
    ] {
        for (method, path) in &OPERATIONS[..2] {
            let body = format!(r#"{{"email":"jane@example.com",{members}}}"#);
            let call = stage.call(method.parse().unwrap(), path).body(JSON, Body::from(body));
            let answer = call.send().await;
            assert!(answer.bytes.len() < 2000, "it repeats what was sent");
            answer.refuses_field(400, "invalid_field", field);
            trial.tried(1);
        }
        unchanged(&stage, &before, &members).await;
    }
    // A member that is not known is ignored, whatever it holds.
    let body =
        format!(r#"{{"x":{deep},"{huge}":1,"email":"jane@example.com","accountRole":"editor"}}"#);
    let call = stage.put("/api/users/jane@example.com").body(JSON, body);
    call.send().await.gives_nothing(204);
    assert_eq!(stage.find(JANE).await.unwrap().roles.account, Role::Editor);
}
