//! Headers that are read: conditions, forwarded addresses, cookies.

use std::{convert::Infallible, net::IpAddr, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
    routing::get,
};
use dqops_users_web::{Client, Settings, around};
use http_body_util::BodyExt as _;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::directory::{ADMIN, DIRECTORY};

/// `If-Match`: the change is made only for the tag as it is, or for any.
pub(crate) fn if_match(bytes: &[u8]) {
    let tag = tag();
    let body = format!(r#"{{"email":"{ADMIN}"}}"#).into_bytes();
    let request = Request::builder().method("PUT").uri(path()).header(header::IF_MATCH, bytes);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let Some(answer) = DIRECTORY.ask(request, body) else { return };
    let is_named = names(bytes, &tag, false);
    assert_eq!(answer.status, if is_named { 204 } else { 412 }, "{bytes:?} for {tag}");
}

/// `If-None-Match`: nothing is sent only to those who know the tag as it is.
pub(crate) fn if_none_match(bytes: &[u8]) {
    let tag = tag();
    let request = Request::builder().uri(path()).header(header::IF_NONE_MATCH, bytes);
    let Some(answer) = DIRECTORY.ask(request, Vec::new()) else { return };
    let is_named = names(bytes, &tag, true);
    assert_eq!(answer.status, if is_named { 304 } else { 200 }, "{bytes:?} for {tag}");
    assert_eq!(answer.body.is_empty(), is_named);
}

fn path() -> String {
    format!("/api/users/{ADMIN}")
}

/// The tag of the admin, whom nothing here changes.
fn tag() -> String {
    static TAG: LazyLock<String> = LazyLock::new(|| {
        let answer = DIRECTORY.ask(Request::builder().uri(path()), Vec::new()).unwrap();
        answer.header(header::ETAG).to_owned()
    });
    TAG.clone()
}

/// Whether a list of tags names this one, or is the star alone.
fn names(list: &[u8], tag: &str, may_be_weak: bool) -> bool {
    // Other characters make the whole header unreadable.
    if !list.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return false;
    }
    let list = String::from_utf8_lossy(list);
    let mut tags = list.split(',').map(str::trim);
    list.trim() == "*"
        || tags.any(|known| known == tag || may_be_weak && known.strip_prefix("W/") == Some(tag))
}

/// `X-Forwarded-For` behind a proxy that is trusted: the last entry counts, if it is an address.
pub(crate) fn forwarded_for(bytes: &[u8]) {
    static BEHIND: LazyLock<(Runtime, Router)> = LazyLock::new(|| {
        let who = |client: Client| async move { Ok::<_, Infallible>(client.address.to_string()) };
        let peer = vec!["0.0.0.0/32".parse().unwrap()];
        let settings = Settings { trusted_proxies: peer, ..Settings::default() };
        let router = around(Router::new().route("/", get(who)), settings);
        (Builder::new_current_thread().enable_all().build().unwrap(), router)
    });
    let request = Request::builder().uri("/").header("x-forwarded-for", bytes).body(Body::empty());
    let Ok(request) = request else { return };
    let (runtime, router) = &*BEHIND;
    let found = runtime.block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.unwrap().to_bytes()
    });
    let found: IpAddr = std::str::from_utf8(&found).unwrap().parse().unwrap();
    let last = bytes.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    let last = std::str::from_utf8(last).ok().map(str::trim);
    match last.and_then(|text| text.parse::<IpAddr>().ok()).map(|address| address.to_canonical()) {
        // The proxy itself may be named; then the entry before counts.
        Some(address) if address.to_string() != "0.0.0.0" => assert_eq!(found, address),
        _ => {}
    }
}

/// `Cookie`: nothing but the session's token opens a page.
pub(crate) fn cookie(bytes: &[u8]) {
    let request = Request::builder().uri("/account").header(header::COOKIE, bytes);
    let Some(answer) = DIRECTORY.ask_by(request, Vec::new()) else { return };
    if String::from_utf8_lossy(bytes).contains(&DIRECTORY.session) {
        return;
    }
    assert_eq!(answer.status, 303, "{bytes:?}");
    assert!(answer.header(header::LOCATION).starts_with("/login"), "{bytes:?}");
}
