//! The address under which people reach the server.

use std::{fmt, str::FromStr};

use url::Url;

/// Where people are on this machine when no other address was given.
const LOCAL: &str = "http://localhost:8888";

/// An `http` or `https` origin: scheme, host, port, and nothing after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl(Url);

impl PublicUrl {
    /// What password links begin with.
    pub(crate) fn link_base(&self) -> String {
        format!("{self}{}", dqops_users_web::LINK_PATH)
    }

    /// What they begin with when no address was given, for whoever works on this machine.
    pub(crate) fn local_link_base() -> String {
        format!("{LOCAL}{}", dqops_users_web::LINK_PATH)
    }

    /// Whether people reach it through TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(crate) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "write it as https://HOST or https://HOST:PORT, without a path";
        let url = Url::parse(text.trim()).map_err(|_| WANTED)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_named = !url.username().is_empty() || url.password().is_some();
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        if is_web && !is_named && !has_more { Ok(Self(url)) } else { Err(WANTED) }
    }
}

/// Shows the origin, without a slash after it.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_in_its_canonical_form() {
        for (text, shown) in [
            ("https://users.example.com", "https://users.example.com"),
            (" https://Users.Example.com:443/ ", "https://users.example.com"),
            ("http://localhost:8888", "http://localhost:8888"),
            ("http://[::1]:8888/", "http://[::1]:8888"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(url.link_base(), format!("{shown}/password/"));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "users.example.com",
            "localhost:8888",
            "ftp://users.example.com",
            "https://",
            "https://a@users.example.com",
            "https://:b@users.example.com",
            "https://users.example.com/console",
            "https://users.example.com/?",
            "https://users.example.com/#top",
            "https://users.example.com:x",
            "javascript:alert(1)",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
