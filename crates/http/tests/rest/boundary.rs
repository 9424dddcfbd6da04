//! What every answer carries: a request id, and that browsers must not guess its type.

use std::collections::HashSet;

use crate::stage::Stage;

const PATH: &str = "/api/ishealthy";

#[tokio::test]
async fn a_request_without_an_id_gets_one_of_its_own() {
    let stage = Stage::new().await;
    let mut seen = HashSet::new();
    for path in [PATH, "/api/users", "/nowhere", "/openapi.json", "/api/users/nobody"] {
        for _ in 0..20 {
            let answer = stage.get(path).send().await;
            let id = answer.header("x-request-id").to_owned();
            assert!(id.len() >= 16 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
            assert!(seen.insert(id), "an id came twice");
        }
    }
}

#[tokio::test]
async fn a_clients_own_id_comes_back() {
    let stage = Stage::new().await;
    let longest = "a".repeat(64);
    for id in ["1", "0123456789abcdef", "b1f6c7a0-0000-7000-8000-0123456789ab", "A_b.C-9", &longest]
    {
        for path in [PATH, "/nowhere"] {
            let answer = stage.get(path).header("x-request-id", id).send().await;
            assert_eq!(answer.header("x-request-id"), id);
        }
    }
}

#[tokio::test]
async fn a_malformed_id_is_replaced() {
    let stage = Stage::new().await;
    let long = "a".repeat(65);
    let longer = "a".repeat(10_000);
    for id in [
        "",
        " ",
        "a b",
        "a\tb",
        "a%0d%0aset-cookie:x=y",
        "a\\r\\nb",
        "a;b",
        "a,b",
        "<script>",
        "\u{e9}",
        "\u{1b}[31m",
        &long,
        &longer,
    ]
    .into_iter()
    .filter(|id| id.bytes().all(|byte| byte == b'\t' || byte >= b' '))
    {
        let answer = stage.get(PATH).header("x-request-id", id).send().await;
        let given = answer.header("x-request-id");
        assert!(given.len() >= 16 && given.bytes().all(|b| b.is_ascii_alphanumeric()), "{id:.80}");
    }
    // CR, LF and ESC do not even make a header.
    for id in ["a\r\nb", "a\nb", "a\rb", "\u{1b}[31m", "a\0"] {
        assert!(axum::http::HeaderValue::from_str(id).is_err(), "{id:?}");
    }
}
