//! The cookie that holds the token of the session.
//!
//! Where the browser's side of the way is encrypted it is a `__Host-` cookie (RFC 6265bis §4.1.3.2):
//! only this host can have set it, and it never travels in clear. Plain HTTP, as on one's own machine,
//! cannot have such cookies; there it has another name, so that neither is taken for the other.

use std::string::FromUtf8Error;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};
use dqops_users_domain::Token;

const ENCRYPTED: &str = "__Host-dqops_users_session";
const PLAIN: &str = "dqops_users_session";

const fn name(is_encrypted: bool) -> &'static str {
    if is_encrypted { ENCRYPTED } else { PLAIN }
}

/// The token that the browser sent. A cookie that stands twice counts as none: one of the two was
/// put there by somebody else.
pub(crate) fn token(headers: &HeaderMap, is_encrypted: bool) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    // Byte by byte: what other programs on this host keep in cookies is none of our business.
    let mut found = pairs.filter_map(|pair| value_of(pair, name(is_encrypted).as_bytes()));
    let token = found.next()?;
    found.next().is_none().then_some(token)?.ok()
}

/// The value of the pair, if it has exactly that name.
fn value_of(pair: &[u8], name: &[u8]) -> Option<Result<String, FromUtf8Error>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = pair.iter().position(|byte| !blank(byte))?;
    let end = pair.iter().rposition(|byte| !blank(byte))? + 1;
    let value = pair[start..end].strip_prefix(name)?.strip_prefix(b"=")?;
    Some(String::from_utf8(value.to_vec()))
}

/// The header that gives the browser the token, until it is closed.
pub(crate) fn keep(token: &Token, is_encrypted: bool) -> HeaderValue {
    value(&build(token.expose(), is_encrypted))
}

/// The header that takes it away.
pub(crate) fn forget(is_encrypted: bool) -> HeaderValue {
    let mut cookie = build("", is_encrypted);
    cookie.set_max_age(Duration::ZERO);
    value(&cookie)
}

/// `Lax`, not `Strict`: a link in a mail, or a DQOps server that sends its user here, opens the console
/// signed in. Changes are refused to other sites by `Origin` and `Sec-Fetch-Site` beside that.
fn build(text: &str, is_encrypted: bool) -> Cookie<'_> {
    Cookie::build((name(is_encrypted), text))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_encrypted)
        .build()
}

fn value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = cookie.to_string();
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use dqops_users_domain::TokenKind;

    use super::*;

    #[test]
    fn the_browser_keeps_it_to_itself() {
        let token = Token::from_random(TokenKind::Session, &[7; 20]);
        let plain = keep(&token, false);
        let expected =
            format!("dqops_users_session={}; HttpOnly; SameSite=Lax; Path=/", token.expose());
        assert_eq!(plain, expected);
        let encrypted = keep(&token, true);
        let expected = format!(
            "__Host-dqops_users_session={}; HttpOnly; SameSite=Lax; Secure; Path=/",
            token.expose()
        );
        assert_eq!(encrypted, expected);
        assert!(forget(true).to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn it_is_found_by_its_exact_name_and_only_once() {
        let found = |lines: &[&str], is_encrypted| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
            }
            token(&headers, is_encrypted)
        };
        let plain = "a=b; dqops_users_session=t; c=d";
        assert_eq!(found(&[plain], false).as_deref(), Some("t"));
        assert_eq!(found(&[plain], true), None, "a plain cookie is no credential over TLS");
        assert_eq!(found(&["__Host-dqops_users_session=t"], true).as_deref(), Some("t"));
        assert_eq!(found(&["__Host-dqops_users_session=t"], false), None);
        assert_eq!(found(&[plain, "dqops_users_session=u"], false), None);
        assert_eq!(found(&["junk", "=", ""], false), None);
        assert_eq!(found(&["theme=\u{e9}; dqops_users_session=t"], false).as_deref(), Some("t"));
        let disguised = "\u{2000}__Host-dqops_users_session=t";
        assert_eq!(found(&[disguised], true), None, "browsers take it for another name");
    }
}
