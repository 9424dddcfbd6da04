//! Credentials: nothing but the token itself opens anything.

use axum::http::{Request, header};

use crate::directory::DIRECTORY;

/// The bytes are the value of the header.
pub(crate) fn check(bytes: &[u8]) {
    let request = Request::builder().uri("/api/users").header(header::AUTHORIZATION, bytes);
    let Some(answer) = DIRECTORY.ask_by(request, Vec::new()) else { return };
    let text = String::from_utf8_lossy(bytes);
    let token = text.trim_ascii().rsplit([' ', '\t']).next().unwrap_or_default();
    if token == DIRECTORY.key || token == DIRECTORY.session {
        return;
    }
    assert_eq!(answer.status, 401, "{text:?}");
    answer.must_be_problem();
    assert!(token.len() < 16 || !answer.body.contains(token), "{}", answer.body);
}
