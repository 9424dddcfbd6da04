//! Where the sign-in leads: to a page of this console, whatever was asked for.

use axum::http::{Request, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::directory::DIRECTORY;

/// The bytes are the address that is asked for.
pub(crate) fn check(bytes: &[u8]) {
    let uri = format!("/login?returnUrl={}", percent_encode(bytes, NON_ALPHANUMERIC));
    let cookie = format!("dqops_users_session={}", DIRECTORY.session);
    let request = Request::builder().uri(uri).header(header::COOKIE, cookie);
    let Some(answer) = DIRECTORY.ask_by(request, Vec::new()) else { return };
    if answer.status != 303 {
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        return;
    }
    let aim = answer.header(header::LOCATION);
    // As a browser reads it: one slash, then a path of this origin.
    assert!(aim.starts_with('/') && !aim.starts_with("//") && !aim.contains('\\'), "{aim:?}");
    assert!(aim.bytes().all(|byte| byte.is_ascii_graphic()), "{aim:?}");
    assert!(aim == "/users" || aim.as_bytes() == bytes, "{aim:?} was not asked for");
}
