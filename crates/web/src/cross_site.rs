//! Requests that another web site made a browser send, where the common layer does not see them.

use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};

/// Whether another site caused the request. The layer around all routes checks unsafe methods; this
/// is for a GET that has an effect, by the same signs: `Sec-Fetch-Site`, else `Origin` against `Host`.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let origin = Uri::try_from(origin.as_bytes()).ok();
    let authority = origin.as_ref().and_then(Uri::authority).map(Authority::as_str);
    authority.map(str::as_bytes) != headers.get(header::HOST).map(HeaderValue::as_bytes)
}

/// Whether the request was addressed to this machine by one of its own names. A page of another
/// site can make its own name resolve to 127.0.0.1, but cannot make the browser send another `Host`.
#[must_use]
pub fn is_addressed_to_loopback(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else { return true };
    if hosts.next().is_some() {
        return false;
    }
    let authority = Authority::try_from(host.as_bytes()).ok();
    let authority = authority.filter(|authority| !authority.as_str().contains('@'));
    authority.is_some_and(|authority| {
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_browser_says_where_a_request_comes_from() {
        for site in ["cross-site", "same-site", "junk"] {
            assert!(is_cross_site(&headers(&[("sec-fetch-site", site)])), "{site}");
        }
        for site in ["same-origin", "none"] {
            assert!(!is_cross_site(&headers(&[("sec-fetch-site", site)])), "{site}");
        }
        assert!(!is_cross_site(&headers(&[("host", "a:1")])), "a program sends neither header");
        assert!(!is_cross_site(&headers(&[("host", "a:1"), ("origin", "http://a:1")])));
        for origin in ["http://b:1", "http://a:2", "null", "http://a"] {
            assert!(is_cross_site(&headers(&[("host", "a:1"), ("origin", origin)])), "{origin}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST:8888", "127.0.0.1:8888", "127.1.2.3", "[::1]:8888"] {
            assert!(is_addressed_to_loopback(&headers(&[("host", host)])), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::]:1",
            "@",
            "evil.example@localhost",
        ] {
            assert!(!is_addressed_to_loopback(&headers(&[("host", host)])), "{host}");
        }
    }
}
