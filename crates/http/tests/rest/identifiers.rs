//! Nothing but a user's email in canonical form names a user.

use dqops_users_domain::{Role, TokenDigest};
use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    sign_ins::SESSIONS,
    stage::{OTHER_STRONG, STRONG, Stage, Store, model, on_both_stores, path_of},
};

on_both_stores!(
    no_other_form_of_an_identifier_finds_a_user,
    no_other_form_of_an_identifier_signs_in,
    only_its_own_form_names_a_key_or_a_session,
);

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
    let link = format!("{path}/passwordlink");
    for call in [stage.get(&link), stage.post(&link), stage.delete(&link)] {
        call.send().await.refuses(status, code);
    }
    // `*` means all there, which names nobody.
    for list in ["/api/keys", SESSIONS].into_iter().filter(|_| form != "*") {
        // In a query a plus sign is a blank.
        let query = format!("{list}?user={}", form.replace('+', "%2B"));
        stage.get(&query).send().await.refuses(status, code);
    }
}

/// Requests of [`assert_never_jane`].
const REQUESTS: usize = 9;

async fn no_other_form_of_an_identifier_finds_a_user(store: Store) {
    let trial = promise("A5", "other forms of a user", store.ground());
    let stage = Stage::on(store).await;
    let jane = stage.person(JANE, Role::Viewer).await;
    let before = (stage.list().await, stage.tag("/api/users").await);
    for form in not_emails(&stage, &jane.key).await {
        assert_never_jane(&stage, &form, 400, "invalid_field", JANE).await;
        trial.tried(REQUESTS);
    }
    let id = stage.find(JANE).await.unwrap().id.0;
    let with_id = [format!("{id}@example.com"), format!("{}@example.com", id.simple())];
    for form in with_id.iter().map(String::as_str).chain(OTHERS_EMAILS.iter().copied()) {
        assert_never_jane(&stage, form, 404, "user_not_found", form).await;
        trial.tried(REQUESTS);
    }
    assert_eq!((stage.list().await, stage.tag("/api/users").await), before);
    assert!(!stage.has_password(JANE).await);
    stage.get("/api/users").by(&jane.key).send().await.gives(200);
}

/// With Jane's password, which opens nothing but Jane's account.
async fn no_other_form_of_an_identifier_signs_in(store: Store) {
    let trial = promise("A5", "other forms at the sign-in", store.ground());
    let stage = Stage::on(store).await;
    let key = stage.person(JANE, Role::Viewer).await.key;
    let password = stage.put(&format!("{}/password", path_of(JANE))).json(&json!(STRONG));
    password.send().await.gives_nothing(204);
    let mut forms = not_emails(&stage, &key).await;
    forms.extend(OTHERS_EMAILS.iter().map(|form| (*form).to_owned()));
    for (number, form) in forms.iter().enumerate().step_by(count(4, 1)) {
        let address = format!("10.0.{}.{}", number / 200, number % 200);
        let decoded = percent_encoding::percent_decode_str(form).decode_utf8_lossy();
        let answer = stage.attempt(&decoded, STRONG).from(&address).send().await;
        assert!([401, 406].contains(&answer.status), "{decoded}: {}", answer.text());
        trial.tried(1);
    }
    assert_eq!(stage.count_sessions(JANE).await, 0);
    stage.attempt(JANE, STRONG).send().await.gives(201);
}

async fn only_its_own_form_names_a_key_or_a_session(store: Store) {
    let trial = promise("A5", "other forms of a key and of a session", store.ground());
    let stage = Stage::on(store).await;
    let jane = stage.person(JANE, Role::Viewer).await;
    let session = stage.session_for(JANE).await;
    for (path, code, id) in [
        ("/api/keys", "api_key_not_found", &jane.key_id),
        (SESSIONS, "session_not_found", &session.id),
    ] {
        for form in other_forms(&stage, id).await {
            stage.delete(&format!("{path}/{form}")).send().await.refuses(404, code);
            trial.tried(1);
        }
    }
    stage.get("/api/users").by(&jane.key).send().await.gives(200);
    assert_eq!(stage.count_sessions(JANE).await, 1);
}

/// Forms of the identity of a key or a session, and what names other things.
async fn other_forms(stage: &Stage, id: &str) -> Vec<String> {
    let id: uuid::Uuid = id.parse().unwrap();
    let user = stage.find(JANE).await.unwrap().id.0;
    let mut forms = vec![
        id.to_string().to_uppercase(),
        id.simple().to_string(),
        id.urn().to_string(),
        id.braced().to_string(),
        id.as_u128().to_string(),
        format!("%20{id}"),
        format!("{id}%00"),
        format!("{id}%0A"),
        user.to_string(),
    ];
    forms.extend(
        ["0", "1", "-1", "*", "%25", "_", "null", "current", "a%2Fb", JANE].map(str::to_owned),
    );
    forms
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
