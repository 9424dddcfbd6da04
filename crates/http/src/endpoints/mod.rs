//! The endpoints, one a file: the documentation and the handler.

pub(crate) mod change_caller_password;
pub(crate) mod change_user_password;
pub(crate) mod create_key;
pub(crate) mod create_user;
pub(crate) mod delete_user;
pub(crate) mod end_session;
pub(crate) mod end_sessions;
pub(crate) mod get_password_link;
pub(crate) mod get_user;
pub(crate) mod is_healthy;
pub(crate) mod is_live;
pub(crate) mod is_ready;
pub(crate) mod issue_api_key;
pub(crate) mod issue_password_link;
pub(crate) mod list_audit;
pub(crate) mod list_keys;
pub(crate) mod list_sessions;
pub(crate) mod list_users;
pub(crate) mod profile;
pub(crate) mod revoke_key;
pub(crate) mod revoke_password_link;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod update_user;

use std::fmt::Write as _;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What clients may keep, if they ask each time whether it still holds.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What nobody may keep.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A JSON answer with its entity tag.
fn tagged(tag: HeaderValue, json: Bytes) -> Response {
    let mut response = Response::new(Body::from(json));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    headers.insert(header::ETAG, tag);
    response
}

/// The answer to a client that has this version already.
fn not_modified(tag: HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    headers.insert(header::ETAG, tag);
    response
}

/// The link to the next page, with those parameters that are given.
fn next_page(path: &str, parameters: &[(&str, Option<&str>)]) -> Option<HeaderValue> {
    let mut link = format!("<{path}");
    for (name, value) in parameters {
        if let Some(value) = value {
            let sign = if link.contains('?') { '&' } else { '?' };
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            let _ = write!(link, "{sign}{name}={value}"); // to memory: it cannot fail
        }
    }
    link.push_str(">; rel=\"next\"");
    HeaderValue::try_from(link).ok()
}

/// A JSON answer that nobody may keep.
fn private(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
