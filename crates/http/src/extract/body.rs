//! Bodies of the API: how large they may be, and which content types are understood.

use axum::http::{HeaderMap, StatusCode, header};
use dqops_users_web::Problem;

/// Bytes of a body at the most.
pub(super) const MAX_BODY: usize = 1024 * 1024;

/// Bytes of a body with a password at the most.
pub(super) const MAX_PASSWORD_BODY: usize = 16 * 1024;

/// A content type that some operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentType {
    Json,
    PlainText,
}

/// The content type, or `None` when there is none.
///
/// # Errors
/// 415 for one that no operation reads, and for another character set than UTF-8.
pub(super) fn content_type(headers: &HeaderMap) -> Result<Option<ContentType>, Problem> {
    let unsupported = || Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(None) };
    let text = value.to_str().map_err(|_| unsupported())?.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let kind = match parts.next() {
        Some("application/json") => ContentType::Json,
        Some("text/plain") => ContentType::PlainText,
        _ => return Err(unsupported()),
    };
    let is_utf8 = |parameter: &str| {
        parameter
            .strip_prefix("charset=")
            .is_none_or(|set| matches!(set.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"))
    };
    if parts.all(is_utf8) { Ok(Some(kind)) } else { Err(unsupported()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<ContentType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
        content_type(&headers).ok().flatten()
    }

    #[test]
    fn content_types_are_read_with_their_parameters() {
        assert_eq!(kind("application/json"), Some(ContentType::Json));
        assert_eq!(kind("Application/JSON; charset=UTF-8"), Some(ContentType::Json));
        assert_eq!(kind("text/plain;charset=\"utf-8\""), Some(ContentType::PlainText));
        for other in
            ["text/plain; charset=iso-8859-1", "application/xml", "application/jsonp", "json", ""]
        {
            assert_eq!(kind(other), None, "{other}");
        }
        assert!(content_type(&HeaderMap::new()).unwrap().is_none());
    }
}
