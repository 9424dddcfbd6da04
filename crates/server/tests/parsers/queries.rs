//! Query strings of every list: understood, or refused with the field's name.

use axum::http::Request;

use crate::directory::DIRECTORY;

const LISTS: [&str; 4] = ["/api/users", "/api/audit", "/api/keys", "/api/sessions"];

/// The first byte chooses the list, the others are the query.
pub(crate) fn check(bytes: &[u8]) {
    let Some((first, query)) = bytes.split_first() else { return };
    let Ok(query) = std::str::from_utf8(query) else { return };
    let uri = format!("{}?{query}", LISTS[usize::from(*first) % LISTS.len()]);
    let Some(answer) = DIRECTORY.ask(Request::builder().uri(uri), Vec::new()) else { return };
    match answer.status {
        200 => assert!(answer.body.starts_with('['), "{}", answer.body),
        400 | 404 => {
            answer.must_be_problem();
            answer.must_tell_nothing_internal(query.as_bytes());
        }
        other => panic!("{other}: {}", answer.body),
    }
}
