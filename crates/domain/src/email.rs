//! The email that names a user: one canonical form, or a reason why not.

use std::{fmt, str::FromStr};

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// Characters that an address may hold by RFC 5322 but that have a meaning in a URL. The official
/// clients send the address raw in the path, so a user with one of them could never be reached.
const URL_DELIMITERS: [char; 4] = ['/', '?', '#', '%'];

/// A user's email in canonical form: ASCII, trimmed, lower case, at most [`Email::MAX_LENGTH`]
/// characters. Two spellings of one address compare equal, and there is no second form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The greatest length in characters (RFC 5321 §4.5.3.1.3, less the angle brackets).
    pub const MAX_LENGTH: usize = 254;

    /// The canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.as_str(), |(local, _)| local)
    }
}

/// Why a text is not an email that the directory takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing but white space.
    #[error("the email is empty")]
    Empty,
    /// Over [`Email::MAX_LENGTH`] characters.
    #[error("the email is longer than {} characters", Email::MAX_LENGTH)]
    TooLong,
    /// A letter outside ASCII, however alike it looks to an ASCII one.
    #[error("the email holds a character outside ASCII; use the ASCII form of the address")]
    NotAscii,
    /// A character that has a meaning in a URL.
    #[error("the email holds '{0}', which DQOps clients cannot send in a path")]
    UrlDelimiter(char),
    /// Not of the form `name@host`.
    #[error("the email is not of the form name@host")]
    Malformed,
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() {
            return Err(EmailError::Empty);
        }
        // Bytes first: a hostile text may be long, and what follows walks over it.
        if trimmed.len() > Self::MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        if !trimmed.is_ascii() {
            return Err(EmailError::NotAscii);
        }
        if let Some(delimiter) = trimmed.chars().find(|c| URL_DELIMITERS.contains(c)) {
            return Err(EmailError::UrlDelimiter(delimiter));
        }
        // The library's notion of white space is wider, and it would take a display name of such.
        if !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EmailError::Malformed);
        }
        let options = Options::default()
            .with_no_minimum_sub_domains()
            .without_domain_literal()
            .without_display_text();
        let address = EmailAddress::parse_with_options(trimmed, options)
            .map_err(|_| EmailError::Malformed)?;
        // A quoted local part gives one mailbox many spellings, so it has no canonical form.
        if address.local_part().starts_with('"') {
            return Err(EmailError::Malformed);
        }
        Ok(Self(trimmed.to_ascii_lowercase()))
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl AsRef<str> for Email {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Email, EmailError> {
        text.parse()
    }

    #[test]
    fn one_address_has_one_form() {
        let canonical = parse("jane+dq@example.com").unwrap();
        for spelling in ["JANE+DQ@EXAMPLE.COM", " jane+dq@example.com ", "Jane+Dq@Example.Com\r\n"]
        {
            assert_eq!(parse(spelling).unwrap(), canonical, "{spelling:?}");
        }
        assert_eq!(canonical.local_part(), "jane+dq");
        assert_eq!(parse("o'brien@mail").unwrap().as_str(), "o'brien@mail");
    }

    #[test]
    fn look_alikes_are_refused_rather_than_folded() {
        // dotless i, Kelvin sign, sharp s, composed and decomposed e-acute, Cyrillic a, full width
        for text in [
            "admın@x.pl",
            "\u{212A}im@x.pl",
            "stra\u{df}e@x.de",
            "ren\u{e9}@x.fr",
            "rene\u{301}@x.fr",
            "\u{430}dmin@x.pl",
            "\u{ff41}dmin@x.pl",
            "ad\u{200b}min@x.pl",
            "\u{feff}admin@x.pl",
            "admin@ex\u{430}mple.com",
            "admin@x.pl\u{a0}",
        ] {
            assert_eq!(parse(text), Err(EmailError::NotAscii), "{text:?}");
        }
    }

    #[test]
    fn every_refusal_has_its_reason() {
        assert_eq!(parse(""), Err(EmailError::Empty));
        assert_eq!(parse(" \t "), Err(EmailError::Empty));
        assert_eq!(parse(&format!("a@{}", "b".repeat(253))), Err(EmailError::TooLong));
        assert_eq!(parse("a/b@c.d"), Err(EmailError::UrlDelimiter('/')));
        assert_eq!(parse("a%40b@c.d"), Err(EmailError::UrlDelimiter('%')));
        for text in [
            "a",
            "@c.d",
            "a@",
            "a b@c.d",
            "a;b@c.d",
            "a\0b@c.d",
            "\"a\"@c.d",
            "a@[127.0.0.1]",
            "J <a@c.d>",
            "<a@c.d>",
            "\u{b} <a@c.d>",
            "a@c.d\u{b}",
            "a@b@c.d",
            "a@c..d",
            ".a@c.d",
            "a\\b@c.d",
            "a\r\nb@c.d",
            "a,b@c.d",
        ] {
            assert_eq!(parse(text), Err(EmailError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn serde_goes_through_the_same_door() {
        assert_eq!(serde_json::from_str::<Email>("\"A@b.c\"").unwrap().as_str(), "a@b.c");
        assert!(serde_json::from_str::<Email>("\"nobody\"").is_err());
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_canonical_and_stays_so(text in "\\PC{0,40}@?\\PC{0,40}") {
            if let Ok(email) = parse(&text) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert!(!email.as_str().bytes().any(|b| b.is_ascii_uppercase() || b <= b' '));
                prop_assert_eq!(parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
