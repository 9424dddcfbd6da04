//! Where things are found.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Characters that do not stand for themselves within a segment of a path.
const IN_A_SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A link with its text.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Where it leads.
    pub(crate) href: String,
    /// What it says.
    pub(crate) label: String,
}

/// Somebody or something that is named, and where it is found.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The name.
    pub(crate) name: String,
    /// The page, where there is one.
    pub(crate) href: Option<String>,
}

/// The path of the user's page.
#[must_use]
pub(crate) fn user_path(email: &str) -> String {
    format!("/users/{}", utf8_percent_encode(email, IN_A_SEGMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_keeps_its_looks_in_a_path() {
        assert_eq!(user_path("jane+x@example.com"), "/users/jane+x@example.com");
        assert_eq!(user_path("{a}b'@example.com"), "/users/%7Ba%7Db'@example.com");
    }
}
