//! How large a body may be: 16 KiB for a password, 1 MiB elsewhere, announced or in pieces.

use std::{io::Error, task::Poll};

use axum::body::{Body, Bytes};
use dqops_users_domain::Role;
use dqops_users_trust::promise;
use futures_util::stream;
use serde_json::json;

use crate::{
    call::{JSON, TEXT},
    stage::{STRONG, Stage, Store, model, on_both_stores},
};

on_both_stores!(
    a_password_body_may_have_16_kib_and_no_more,
    other_bodies_may_have_1_mib_and_no_more,
    an_announced_length_is_believed_before_anything_is_read,
    whoever_may_not_send_a_body_is_refused_before_it_is_read,
);

const JANE: &str = "jane@example.com";
const OF_JANE: &str = "/api/users/jane@example.com/password";
const PASSWORD_LIMIT: usize = 16 * 1024;
const LIMIT: usize = 1024 * 1024;

/// A body in pieces, whose length nobody announces.
fn in_pieces(bytes: &[u8]) -> Body {
    let pieces: Vec<_> = bytes.chunks(1000).map(|piece| Ok::<_, Error>(piece.to_vec())).collect();
    Body::from_stream(stream::iter(pieces))
}

/// A body that would never end: to refuse it one must stop reading.
fn endless() -> Body {
    let piece = || Ok::<_, Error>(Bytes::from_static(&[b' '; 4096]));
    Body::from_stream(stream::repeat_with(piece))
}

/// JSON with blanks after it, up to a length.
fn padded(json: &str, length: usize) -> Vec<u8> {
    let mut bytes = json.as_bytes().to_vec();
    bytes.resize(length, b' ');
    bytes
}

async fn a_password_body_may_have_16_kib_and_no_more(store: Store) {
    let trial = promise("I5", "bodies with a password", store.ground());
    let stage = Stage::on(store).await;
    stage.add(JANE, Role::Viewer).await;
    for path in [OF_JANE, "/api/mypassword"] {
        let json = json!(STRONG).to_string();
        let fits = padded(&json, PASSWORD_LIMIT);
        stage.put(path).body(JSON, fits.clone()).send().await.gives_nothing(204);
        stage.put(path).body(JSON, in_pieces(&fits)).send().await.gives_nothing(204);
        trial.tried(2);
        for kind in [JSON, "application/json; charset=utf-8", TEXT, "text/plain;charset=UTF-8"] {
            let large = padded(&json, PASSWORD_LIMIT + 1);
            for body in [Body::from(large.clone()), in_pieces(&large), endless()] {
                let detail = stage.put(path).body(kind, body).send().await;
                let detail = detail.refuses(413, "body_too_large");
                assert!(detail.contains("16384"), "{detail}");
                trial.tried(1);
            }
        }
        let text = stage.put(path).body(TEXT, vec![b'x'; PASSWORD_LIMIT]);
        text.send().await.refuses(400, "password_rejected");
    }
}

async fn other_bodies_may_have_1_mib_and_no_more(store: Store) {
    let trial = promise("I5", "other bodies", store.ground());
    let stage = Stage::on(store).await;
    stage.add(JANE, Role::Viewer).await;
    let create = |name: &str| padded(&model(name, "viewer").to_string(), LIMIT);
    stage.post("/api/users").body(JSON, create("a@example.com")).send().await.gives(201);
    let pieces = in_pieces(&create("b@example.com"));
    stage.post("/api/users").body(JSON, pieces).send().await.gives(201);
    trial.tried(2);

    let large = padded(&model(JANE, "admin").to_string(), LIMIT + 1);
    for kind in [JSON, "application/json; charset=utf-8"] {
        let bodies: [fn(&[u8]) -> Body; 3] =
            [|large| Body::from(large.to_vec()), in_pieces, |_| endless()];
        for body in bodies {
            for call in [
                stage.post("/api/users"),
                stage.put("/api/users/jane@example.com"),
                stage.post("/api/setup").anonymous(),
                stage.post("/api/keys"),
                stage.post("/api/users/jane@example.com/passwordlink"),
            ] {
                let detail = call.body(kind, body(&large)).send().await;
                let detail = detail.refuses(413, "body_too_large");
                assert!(detail.contains("1048576"), "{detail}");
                trial.tried(1);
            }
        }
    }
    assert_eq!(stage.find(JANE).await.unwrap().roles.account, Role::Viewer);
}

async fn an_announced_length_is_believed_before_anything_is_read(store: Store) {
    let trial = promise("I5", "announced lengths", store.ground());
    let stage = Stage::on(store).await;
    for (call, length) in [
        (stage.put("/api/mypassword").header("content-type", TEXT), PASSWORD_LIMIT + 1),
        (stage.put("/api/mypassword").header("content-type", JSON), LIMIT),
        (stage.post("/api/users").header("content-type", JSON), LIMIT + 1),
        (stage.post("/api/setup").header("content-type", JSON), usize::MAX),
        (stage.post("/api/session").header("content-type", JSON), PASSWORD_LIMIT + 1),
    ] {
        let unread = stream::poll_fn(|_| -> Poll<Option<Result<Bytes, Error>>> {
            panic!("the body was read");
        });
        let call = call.header("content-length", &length.to_string());
        let call = call.bare_body(Body::from_stream(unread));
        call.send().await.refuses(413, "body_too_large");
        trial.tried(1);
    }
}

async fn whoever_may_not_send_a_body_is_refused_before_it_is_read(store: Store) {
    let trial = promise("I5", "bodies of whoever may not send one", store.ground());
    let stage = Stage::on(store).await;
    for path in ["/api/users/jane@example.com", "/api/mypassword", OF_JANE] {
        let call = stage.put(path).anonymous().body(JSON, endless());
        call.send().await.refuses(401, "authentication_required");
        trial.tried(1);
    }
    let call = stage.post("/api/users").anonymous().body(JSON, endless());
    call.send().await.refuses(401, "authentication_required");
    trial.tried(1);
}

#[tokio::test]
async fn operations_without_a_body_do_not_read_one() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    for path in ["/api/users", "/api/users/jane@example.com", "/api/environment/profile"] {
        stage.get(path).body(JSON, endless()).send().await.gives(200);
    }
    stage.delete("/api/users/jane@example.com").body(JSON, endless()).send().await.gives(204);
}
