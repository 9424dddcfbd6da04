//! Bodies of every operation that reads one: understood, or refused with a problem.

use axum::http::{Method, Request, header};
use serde::de::IgnoredAny;

use crate::directory::DIRECTORY;

/// Operations with a body that cost no hash; the sign-in is bounded by its throttle.
const OPERATIONS: [(Method, &str, &str); 5] = [
    (Method::POST, "/api/users", "application/json"),
    (Method::PUT, "/api/users/jane@example.com", "application/json"),
    (Method::POST, "/api/keys", "application/json"),
    (Method::POST, "/api/users/nobody@example.com/passwordlink", "application/json"),
    (Method::PUT, "/api/users/nobody@example.com/password", "text/plain"),
];

/// The first byte chooses the operation, the others are the body.
pub(crate) fn check(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let (method, path, kind) = &OPERATIONS[usize::from(*first) % OPERATIONS.len()];
    let request = Request::builder().method(method).uri(*path).header(header::CONTENT_TYPE, *kind);
    let Some(answer) = DIRECTORY.ask(request, body.to_vec()) else { return };
    if answer.status >= 400 {
        answer.must_be_problem();
        answer.must_tell_nothing_internal(body);
    } else {
        // What changed something was a JSON object. What nobody asked for in it is not looked into: JSON
        // allows escapes that are no text (RFC 8259, section 8.2).
        let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let shown = String::from_utf8_lossy(body);
        assert!(is_json && is_object, "{} for {shown:?}", answer.status);
    }
}
