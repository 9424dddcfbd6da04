//! The export of traces: the spans of requests reach a collector, and nobody's name with them. Only
//! where the program was built with the feature `otel`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use crate::{
    place::{Place, Store},
    server::ADMIN,
};

/// What a collector was sent.
struct Sent {
    first_line: String,
    body: Vec<u8>,
}

impl Sent {
    fn holds(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|part| part == text.as_bytes())
    }
}

/// Takes one batch of spans.
fn collect(listener: TcpListener) -> JoinHandle<Sent> {
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let sent = read(&stream);
        (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        sent
    })
}

fn read(stream: &TcpStream) -> Sent {
    let mut reader = BufReader::new(stream);
    let mut first_line = String::new();
    reader.read_line(&mut first_line).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Sent { first_line, body }
}

#[test]
fn the_spans_of_requests_reach_a_collector() {
    let place = Place::new(Store::Sqlite);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collected = collect(listener);
    let program = place.server().args(&["--log", "json"]);
    let server = program.env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint).start();
    let admin = server.set_up();
    admin.get("/api/users/admin@example.com").gives(200);
    admin.get("/api/users/nobody@example.com").gives(404);
    let (done, _) = server.stop();
    let log = done.stderr.clone();
    done.succeeds();
    let sent = collected.join().unwrap();
    assert!(sent.first_line.starts_with("POST /v1/traces "), "{}", sent.first_line);
    for text in
        ["GET /api/users/{email}", "POST /api/setup", "http.response.status_code", "dqops-users"]
    {
        assert!(sent.holds(text), "{text} was not sent");
    }
    for secret in [ADMIN, "nobody@example.com", admin.key(), "dqu_"] {
        assert!(!sent.holds(secret), "{secret} was sent");
    }
    assert!(!log.contains("http.route") && !log.contains("WARN"), "{log}");
}

#[test]
fn a_collector_that_is_not_there_disturbs_nobody() {
    let place = Place::new(Store::Sqlite);
    let program = place.server().env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let server = program.start();
    server.set_up().get("/api/users").gives(200);
    server.stop().0.succeeds();
    let refused = place.server().env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:9").run();
    assert!(refused.fails(1).contains("must be an http:// address"));
}
