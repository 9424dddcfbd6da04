//! The id of a request: the client's own if it is a plain one, else a new one. The log says under
//! which id something happened, wherever in the request it was said.

use std::{
    hash::{BuildHasher as _, RandomState},
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header in which it comes and goes.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of it at the most, when the client brings one.
const MAX_LENGTH: usize = 64;

tokio::task_local! {
    /// The id of the request that is worked on.
    static CURRENT: HeaderValue;
}

/// Calls with the id of the request that is being worked on, if one is: plain characters that need no
/// quotes anywhere.
pub fn with_current_request_id(call: impl FnOnce(&str)) {
    let _ = CURRENT.try_with(|id| call(id.to_str().unwrap_or_default()));
}

/// Works under an id; answers what came of it, and the id.
pub(crate) async fn under<F: Future>(id: HeaderValue, work: F) -> (F::Output, HeaderValue) {
    let mut work = pin!(CURRENT.scope(id, work));
    let done = work.as_mut().await;
    // Taken back rather than cloned: a clone is an allocation for each request.
    (done, work.take_value().unwrap_or(HeaderValue::from_static("-")))
}

/// Gives ids to requests.
pub(crate) struct RequestIds {
    next: AtomicU64,
}

impl RequestIds {
    /// Begins elsewhere in each process, so that ids of replicas do not collide.
    pub(crate) fn new() -> Self {
        Self { next: AtomicU64::new(RandomState::new().hash_one("request ids")) }
    }

    pub(crate) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        headers.get(REQUEST_ID).filter(|id| is_plain(id.as_bytes())).cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::try_from(format!("{number:016x}")).unwrap_or(HeaderValue::from_static("-"))
        })
    }
}

fn is_plain(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_id_is_kept_and_any_other_replaced() {
        let ids = RequestIds::new();
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
            ids.of(&headers).to_str().unwrap().to_owned()
        };
        let longest = "a".repeat(MAX_LENGTH);
        for id in ["a", "0b3d-4F_5.6", &longest] {
            assert_eq!(of(id), id);
        }
        for id in ["", "a b", "a\"b", "a{b", "é", "a\tb", &format!("{longest}a")] {
            assert_eq!(of(id).len(), 16, "{id:?}");
        }
        assert_ne!(ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn the_id_is_known_within_the_request_alone() {
        let current = || {
            let mut found = None;
            with_current_request_id(|id| found = Some(id.to_owned()));
            found
        };
        let (within, id) = under(HeaderValue::from_static("abc"), async { current() }).await;
        assert_eq!((within.as_deref(), current()), (Some("abc"), None));
        assert_eq!(id, "abc");
    }
}
