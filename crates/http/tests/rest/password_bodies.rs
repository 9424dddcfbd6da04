//! The bodies of the two password operations: a JSON string, or text as it is.

use axum::body::Body;
use dqops_users_domain::Role;
use futures_util::stream;
use serde_json::json;

use crate::{
    call::{Call, JSON, TEXT},
    stage::{STRONG, Stage},
};

const JANE: &str = "jane@example.com";
const PATHS: [&str; 2] = ["/api/users/jane@example.com/password", "/api/mypassword"];

/// A stage with Jane, and a call of each operation that concerns her password.
struct Scene(Stage, String);

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let jane = stage.person(JANE, Role::Viewer).await;
        Self(stage, jane.key)
    }

    fn calls(&self) -> [Call; 2] {
        PATHS.map(|path| self.0.put(path).by(&self.1))
    }
}

#[tokio::test]
async fn the_documented_json_string_is_taken() {
    let scene = Scene::new().await;
    for kind in [
        JSON,
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "Application/JSON",
    ] {
        for call in scene.calls() {
            let call = call.body(kind, r#""sample_string_value""#);
            call.send().await.gives_nothing(204);
        }
    }
    assert!(scene.0.opens(JANE, "sample_string_value").await);
}

#[tokio::test]
async fn a_json_string_means_what_it_says() {
    let Scene(stage, _) = &Scene::new().await;
    for (json, password) in [
        (r#""gr\u00fcn wie \"Gras\" \\ \/ im Mai""#, "gr\u{fc}n wie \"Gras\" \\ / im Mai"),
        ("  \"gr\u{fc}n ist das Gras im Mai\" \r\n", "gr\u{fc}n ist das Gras im Mai"),
        (r#"" blanks count here too ""#, " blanks count here too "),
        (
            r#""\ud83d\udc22 purple turtles \n like rivers""#,
            "\u{1f422} purple turtles \n like rivers",
        ),
    ] {
        stage.put(PATHS[0]).body(JSON, json).send().await.gives_nothing(204);
        assert!(stage.opens(JANE, password).await, "{json}");
    }
    assert!(!stage.opens(JANE, "purple turtles  like rivers").await);
}

#[tokio::test]
async fn text_is_the_password_verbatim() {
    let Scene(stage, _) = &Scene::new().await;
    for (kind, password) in [
        (TEXT, "purple turtles like rivers"),
        (TEXT, "\"purple turtles like rivers\""),
        (TEXT, " purple turtles like rivers\r\n"),
        (TEXT, "{\"purple\": [\"turtles\"]}"),
        ("text/plain; charset=utf-8", "gr\u{fc}n ist das Gras \u{1f422}"),
        ("text/plain;charset=UTF-8", "zielona \u{17c}aba skacze"),
        ("text/plain; charset=\"utf-8\"", "zielona%20zaba+skacze&tak"),
        ("text/plain; charset=us-ascii", "purple lizards hate rivers"),
        ("TEXT/PLAIN", "a\\u0062c purple lizards"),
    ] {
        stage.put(PATHS[0]).body(kind, password.to_owned()).send().await.gives_nothing(204);
        assert!(stage.opens(JANE, password).await, "{kind}: {password:?}");
        let trimmed = password.trim().trim_matches('"');
        assert_eq!(stage.opens(JANE, trimmed).await, trimmed == password, "{password:?}");
    }
}

#[tokio::test]
async fn no_password_is_refused_in_plain_words() {
    let scene = Scene::new().await;
    for (kind, body) in [
        (None, ""), // What the generated Python clients send.
        (Some(JSON), ""),
        (Some(TEXT), ""),
        (Some("text/plain; charset=utf-8"), ""),
        (Some(JSON), "\"\""),
        (Some(JSON), "null"),
        (Some(JSON), " null "),
    ] {
        for call in scene.calls() {
            let call = match kind {
                None => call.bare_body(body),
                Some(kind) => call.body(kind, body),
            };
            let answer = call.send().await;
            let detail = answer.refuses_field(406, "missing_field", "password");
            for word in ["no password", "application/json", "text/plain", "Python"] {
                assert!(detail.contains(word), "{kind:?} {body:?}: {detail}");
            }
        }
    }
    assert!(!scene.0.has_password(JANE).await);
}

#[tokio::test]
async fn other_json_than_a_string_is_malformed() {
    let scene = Scene::new().await;
    let deep = "[".repeat(10_000);
    for json in [
        "12345678901234",
        "true",
        r#"["correct horse battery staple"]"#,
        r#"{"password":"correct horse battery staple"}"#,
        "correct horse battery staple",
        "'correct horse battery staple'",
        r#""correct horse battery staple"#,
        r#""correct horse battery staple" x"#,
        r#""correct horse battery staple""correct horse battery staple""#,
        "\u{feff}\"correct horse battery staple\"",
        "\"correct horse\nbattery staple\"",
        r#""correct horse \ud800 battery staple""#,
        " ",
        deep.as_str(),
    ] {
        for call in scene.calls() {
            let answer = call.body(JSON, json.to_owned()).send().await;
            let detail = answer.refuses(400, "malformed_body");
            assert!(!detail.contains("horse"), "it repeats the password: {detail}");
        }
    }
    assert!(!scene.0.has_password(JANE).await);
}

#[tokio::test]
async fn what_is_not_utf_8_is_malformed() {
    let scene = Scene::new().await;
    let latin = b"\"gr\xfcn ist das Gras im Mai\"";
    for kind in [JSON, TEXT, "text/plain; charset=utf-8"] {
        for call in scene.calls() {
            let answer = call.body(kind, &latin[..]).send().await;
            answer.refuses(400, "malformed_body");
        }
    }
    assert!(!scene.0.has_password(JANE).await);
}

#[tokio::test]
async fn a_password_may_come_in_pieces() {
    let Scene(stage, _) = &Scene::new().await;
    let pieces = json!(STRONG).to_string().into_bytes();
    let pieces: Vec<_> =
        pieces.chunks(3).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let call = stage.put(PATHS[0]).body(JSON, Body::from_stream(stream::iter(pieces)));
    call.send().await.gives_nothing(204);
    assert!(stage.opens(JANE, STRONG).await);
    let broken = [Ok(b"\"correct horse".to_vec()), Err(std::io::Error::other("gone"))];
    let call = stage.put(PATHS[0]).body(JSON, Body::from_stream(stream::iter(broken)));
    call.send().await.refuses(400, "malformed_body");
}
