//! From where a request comes, and how: what the connection shows, or what a trusted proxy says of it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, StatusCode, request::Parts},
};
use ipnet::IpNet;
use tower::util::MapRequestLayer;

use crate::problem::Problem;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request began. It stands in the extensions of every request, and handlers can take it as
/// an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address of the client.
    pub address: IpAddr,
    /// Whether the client's side of the way is encrypted, so that cookies may be for TLS only.
    pub is_encrypted: bool,
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // It is missing only where nothing was put around the router.
        let client = parts.extensions.get::<Self>().copied();
        client.ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

/// Finds out the client of each request, once.
pub(crate) fn layer(
    trusted: Vec<IpNet>,
    is_https: bool,
) -> MapRequestLayer<impl Fn(Request) -> Request + Clone> {
    let trusted: Arc<[IpNet]> = trusted.into();
    MapRequestLayer::new(move |mut request: Request| {
        let client = client(&request, &trusted, is_https);
        request.extensions_mut().insert(client);
        request
    })
}

fn client(request: &Request, trusted: &[IpNet], is_https: bool) -> Client {
    // Without a connection, as in tests, all come from one place.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip()).to_canonical();
    Client {
        address: address_behind(peer, request.headers(), trusted),
        is_encrypted: is_https
            || is_trusted(peer, trusted) && is_encrypted_before(request.headers()),
    }
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// Whether the proxy in front of this server says that it was reached through TLS: it wrote the last
/// value; those before it may be made up.
fn is_encrypted_before(headers: &HeaderMap) -> bool {
    let last = headers.get_all(FORWARDED_PROTO).iter().next_back();
    let last = last.and_then(|line| line.as_bytes().rsplit(|byte| *byte == b',').next());
    last.is_some_and(|value| value.trim_ascii() == b"https")
}

/// Goes from the peer from right to left through what proxies added, as long as the one who said so
/// is trusted. What a client makes up stands further left and is never reached.
fn address_behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    let entries = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    for entry in entries {
        if !is_trusted(client, trusted) {
            break;
        }
        let Some(address) = std::str::from_utf8(entry).ok().and_then(address) else { break };
        client = address;
    }
    client
}

/// An entry of the header: an address, with a port or without.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let parsed = bare.parse().or_else(|_| entry.parse().map(|socket: SocketAddr| socket.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn client_of(peer: &str, headers: &[(HeaderName, &str)], trusted: &[&str]) -> Client {
        let mut request = Request::new(Body::empty());
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(ConnectInfo(peer));
        for (name, line) in headers {
            request.headers_mut().append(name, line.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(&request, &trusted, false)
    }

    fn found(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let lines: Vec<_> = lines.iter().map(|line| (FORWARDED_FOR, *line)).collect();
        client_of(peer, &lines, trusted).address.to_string()
    }

    fn is_encrypted(peer: &str, lines: &[&str]) -> bool {
        let lines: Vec<_> = lines.iter().map(|line| (FORWARDED_PROTO, *line)).collect();
        client_of(peer, &lines, &["10.0.0.0/8"]).is_encrypted
    }

    #[test]
    fn the_header_counts_from_trusted_proxies_only() {
        assert_eq!(found("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
        assert_eq!(found("192.0.2.1", &["203.0.113.9"], &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(found("10.0.0.1", &["203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(found("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn it_is_read_from_right_to_left() {
        let trusted = &["10.0.0.0/8"];
        let forged = "198.51.100.1, 203.0.113.9, 10.0.0.2";
        assert_eq!(found("10.0.0.1", &[forged], trusted), "203.0.113.9");
        let lines = ["198.51.100.1", "203.0.113.9", "10.0.0.2"];
        assert_eq!(found("10.0.0.1", &lines, trusted), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["10.0.0.3, 10.0.0.2"], trusted), "10.0.0.3");
    }

    #[test]
    fn entries_have_many_forms_and_what_is_none_ends_it() {
        let from = |line: &str| found("10.0.0.1", &[line], &["10.0.0.0/8"]);
        assert_eq!(from("203.0.113.9:4711"), "203.0.113.9");
        assert_eq!(from("[2001:db8::1]:4711"), "2001:db8::1");
        assert_eq!(from("[2001:db8::1]"), "2001:db8::1");
        assert_eq!(from("2001:db8::1"), "2001:db8::1");
        for junk in ["unknown", "", "203.0.113.9, _hidden", "203.0.113.9,"] {
            assert_eq!(from(junk), "10.0.0.1", "{junk}");
        }
    }

    #[test]
    fn only_the_trusted_peer_says_that_the_way_is_encrypted() {
        assert!(is_encrypted("10.0.0.1", &["https"]));
        assert!(is_encrypted("::ffff:10.0.0.1", &["https"]));
        assert!(!is_encrypted("192.0.2.1", &["https"]));
        assert!(!is_encrypted("10.0.0.1", &[]));
        // A trusted address that another one merely names is not the peer.
        let headers = [(FORWARDED_FOR, "10.0.0.2"), (FORWARDED_PROTO, "https")];
        assert!(!client_of("192.0.2.1", &headers, &["10.0.0.0/8"]).is_encrypted);
        assert!(!client_of("10.0.0.1", &headers, &[]).is_encrypted);
    }

    #[test]
    fn the_last_value_counts_and_it_is_exactly_https() {
        assert!(is_encrypted("10.0.0.1", &["http, https"]));
        assert!(is_encrypted("10.0.0.1", &["http", " https "]));
        assert!(!is_encrypted("10.0.0.1", &["https, http"]));
        assert!(!is_encrypted("10.0.0.1", &["https", "http"]));
        for other in ["", "https,", "httpsx", "xhttps", "HTTPS", "https://", "\"https\"", "wss"] {
            assert!(!is_encrypted("10.0.0.1", &[other]), "{other}");
        }
    }

    #[test]
    fn the_setting_says_it_for_all() {
        let client = client(&Request::new(Body::empty()), &[], true);
        let address = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        assert_eq!(client, Client { address, is_encrypted: true });
    }
}
