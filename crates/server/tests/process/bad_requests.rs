//! What is no HTTP, and bodies that are too large: each is refused, and the server goes on.

use std::{
    io::{Read as _, Write as _},
    iter,
    net::Shutdown,
};

use dqops_users_trust::promise;
use serde_json::json;

use crate::{
    connections::is_well,
    place::{Place, Store, on_both_stores},
    stage::Stage,
};

on_both_stores!(a_body_that_is_too_large_is_refused_with_413);

#[test]
fn what_is_no_http_is_refused_and_the_server_goes_on() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().start();
    let client = server.anonymous();
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-Header: x\r\n".repeat(1000));
    let garbage: [&[u8]; 12] = [
        b"hello\r\n\r\n",
        b"\r\n\r\n\r\n\r\nhello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /api/users HTTP/9.9\r\n\r\n",
        b"GET /api/users\r\n\r\n",
        b"GET /api/users HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
        b"GET /api/users HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/setup HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for sent in garbage {
        let begin = String::from_utf8_lossy(&sent[..sent.len().min(60)]).into_owned();
        let wire = client.connect().unwrap();
        let mut stream = wire.stream();
        // A server that has had enough may close before it has taken everything.
        let _ = stream.write_all(sent);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let is_refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(is_refused, "{begin:?}: {answer}");
        is_well(&client);
    }
    let (done, _) = server.stop();
    assert!(!done.stderr.contains("panicked") && !done.stderr.contains("ERROR"), "{}", done.stderr);
}

fn a_body_that_is_too_large_is_refused_with_413(store: Store) {
    let trial = promise("I5", "large bodies on the wire, also chunked", store.ground());
    let stage = Stage::new(store);
    let json = |length: usize| {
        let mut text = json!({"email": "jane@example.com", "accountRole": "viewer"}).to_string();
        text.extend(iter::repeat_n(' ', length - text.len()));
        text
    };
    for (method, path, limit) in [
        ("POST", "/api/users", 1 << 20),
        ("POST", "/api/keys", 1 << 20),
        ("PUT", "/api/users/admin@example.com", 1 << 20),
        ("PUT", "/api/mypassword", 16 << 10),
        ("PUT", "/api/users/admin@example.com/password", 16 << 10),
        ("POST", "/api/session", 16 << 10),
    ] {
        let body = json(limit + 1);
        let mut wire = stage.admin.connect().unwrap();
        let head = stage.admin.head(method, path, "application/json", body.len());
        wire.write(&head).unwrap();
        // As curl does it: the answer may come before the body has been sent.
        let _ = wire.write(&body);
        wire.reply().unwrap().refuses(413, "body_too_large");

        let mut wire = stage.admin.connect().unwrap();
        let head =
            head.replace(&format!("Content-Length: {}", body.len()), "Transfer-Encoding: chunked");
        let sent = wire.write(&format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
        sent.and_then(|()| wire.reply()).unwrap().refuses(413, "body_too_large");
        trial.tried(2);
    }
    is_well(&stage.admin);
    let fits = json(1 << 20);
    let reply = stage.admin.send("POST", "/api/users", Some(("application/json", &fits)));
    reply.unwrap().gives(201);
    assert!(stage.admin.emails().contains(&"jane@example.com".to_owned()));
}
