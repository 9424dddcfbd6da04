//! Nothing but a user's email in canonical form names a user.

use dqops_users_domain::{Role, TokenDigest};
use serde_json::json;

use crate::stage::{OTHER_STRONG, Stage, model, path_of};

const JANE: &str = "jane@example.com";

/// Forms that are no email, and so are refused as such.
async fn not_emails(stage: &Stage, key: &str) -> Vec<String> {
    let jane = stage.find(JANE).await.unwrap();
    let digest = TokenDigest::of(key);
    let mut reader = stage.storage.read().await.unwrap();
    let (key_of_jane, _) = reader.find_by_digest(&digest).await.unwrap().unwrap();
    let (id, key_id) = (jane.id.0, key_of_jane.id.0);
    let tag = stage.tag(&path_of(JANE)).await;
    let mut forms = vec![
        id.to_string(),
        id.to_string().to_uppercase(),
        id.simple().to_string(),
        id.urn().to_string(),
        id.as_u128().to_string(),
        key_id.to_string(),
        key.to_owned(),
        tag.trim_matches('"').to_owned(),
        jane.version.to_string(),
        jane.created_at.to_string(),
    ];
    let written = [
        "0",
        "1",
        "2",
        "-1",
        "+1",
        "1.0",
        "1e0",
        "0x1",
        "%31",
        "me",
        "self",
        "current",
        "owner",
        "admin",
        "null",
        "undefined",
        "true",
        "password",
        "mypassword",
        "users",
        "jane",
        "@example.com",
        "jane@",
        "@",
        "*",
        "_",
        "%25",
        "%25@%25",
        "jane%25",
        "jane@example.com.",
        "jane@@example.com",
        "jane%40example%40com",
        "mailto:jane@example.com",
        "%3Cjane@example.com%3E",
        "%22jane%22@example.com",
        "jane@example.com%20or%201=1",
        "'%20or%20'1'='1",
        "jane@example.com'--",
        "%5B%22jane@example.com%22%5D",
        "jane%EF%BC%A0example.com",
        "j%C3%A1ne@example.com",
        "jane@example.com%E2%80%8B",
    ];
    forms.extend(written.map(str::to_owned));
    forms
}

/// Forms that could be emails, but are another's.
const OTHERS_EMAILS: &[&str] = &[
    "1@example.com",
    "_ane@example.com",
    "jan_@example.com",
    "ja.ne@example.com",
    "jane+1@example.com",
    "jane@example.co",
    "jane@example",
    "jane@mail.example.com",
    "xjane@example.com",
    "'jane'@example.com",
    "j*@example.com",
];

async fn assert_never_jane(stage: &Stage, form: &str, status: u16, code: &str, body_email: &str) {
    let path = path_of(form);
    stage.get(&path).send().await.refuses(status, code);
    stage.delete(&path).send().await.refuses(status, code);
    let update = stage.put(&path).json(&model(body_email, "admin"));
    update.send().await.refuses(status, code);
    let password = stage.put(&format!("{path}/password")).json(&json!(OTHER_STRONG));
    password.send().await.refuses(status, code);
}

#[tokio::test]
async fn no_other_form_of_an_identifier_finds_a_user() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Viewer).await;
    let before = (stage.list().await, stage.tag("/api/users").await);
    for form in not_emails(&stage, &jane.key).await {
        assert_never_jane(&stage, &form, 400, "invalid_field", JANE).await;
    }
    let id = stage.find(JANE).await.unwrap().id.0;
    for form in [format!("{id}@example.com"), format!("{}@example.com", id.simple())] {
        assert_never_jane(&stage, &form, 404, "user_not_found", &form).await;
    }
    for form in OTHERS_EMAILS {
        assert_never_jane(&stage, form, 404, "user_not_found", form).await;
    }
    assert_eq!((stage.list().await, stage.tag("/api/users").await), before);
    assert!(!stage.has_password(JANE).await);
}

#[tokio::test]
async fn a_refused_email_in_a_path_is_named_as_the_field_at_fault() {
    let stage = Stage::new().await;
    for (form, reason) in [
        ("nobody", "name@host"),
        ("j%C3%A1ne@example.com", "ASCII"),
        ("a%2Fb@example.com", "'/'"),
        ("%20", "empty"),
    ] {
        let answer = stage.get(&path_of(form)).send().await;
        let detail = answer.refuses_field(400, "invalid_field", "email");
        assert!(detail.contains(reason), "{detail}");
    }
    let long = path_of(&format!("{}@example.com", "a".repeat(243)));
    let detail = stage.get(&long).send().await.refuses_field(400, "invalid_field", "email");
    assert!(detail.contains("254"), "{detail}");
}
