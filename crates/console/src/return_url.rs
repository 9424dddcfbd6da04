//! Where to go after the sign-in: only to a page of this console.

use axum::http::Uri;
use dqops_users_web::LINK_PATH;

/// Bytes of an address that are taken at the most.
const MAX_LENGTH: usize = 2000;

/// Pages that lead nowhere after a sign-in.
const NO_AIM: &[&str] = &["/", "/login", "/logout", "/setup", "/forgot"];

/// The page to go to, if the text names one of this origin.
///
/// It must be a path as a browser reads one: a slash, then something that is neither a second slash
/// nor a backslash, which browsers take for one, and no control character, which browsers leave out
/// (WHATWG URL §4.4).
pub(crate) fn own_page(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('/')?;
    let is_plain = text.len() <= MAX_LENGTH
        && !rest.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let uri = is_plain.then(|| text.parse::<Uri>().ok()).flatten()?;
    let is_own = uri.scheme().is_none() && uri.authority().is_none();
    let has_aim = !NO_AIM.contains(&uri.path()) && !uri.path().starts_with(LINK_PATH);
    (is_own && has_aim).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_console_are_taken() {
        for text in ["/users", "/users?search=a%40b", "/users/a@b.c", "/account#keys", "/%2f%2fx"] {
            assert_eq!(own_page(text), Some(text));
        }
    }

    #[test]
    fn nothing_leaves_the_origin() {
        let long = format!("/{}", "a".repeat(2000));
        for text in [
            "",
            "users",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "http:/evil.example",
            "//evil@host/",
            "javascript:alert(1)",
            "data:text/html,x",
            "/é",
            "/\u{2044}/evil.example",
            "/users\r\nSet-Cookie: a=b",
            "/\u{0}/evil.example",
            "/a\\..\\b",
            long.as_str(),
        ] {
            assert_eq!(own_page(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_sign_in_does_not_lead_to_itself() {
        for text in ["/", "/login", "/login?returnUrl=/login", "/logout", "/password/dqu_link_x"] {
            assert_eq!(own_page(text), None, "{text}");
        }
    }
}
