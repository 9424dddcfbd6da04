//! Entity tags: strong, and made of versions, so that nothing has to be hashed.

use axum::http::{HeaderMap, HeaderValue, header};
use dqops_users_service::{IfMatch, ListVersion, UserVersion};

/// The tag of one user: `"u7"`, with data domains `"u7-d3"`.
pub(crate) fn of_user(version: UserVersion) -> HeaderValue {
    value(format!("\"{version}\""))
}

/// The tag of the whole list: `"l7"`, with data domains `"l7-d"`.
pub(crate) fn of_list(version: ListVersion) -> HeaderValue {
    let suffix = if version.with_data_domains { "-d" } else { "" };
    value(format!("\"l{}{suffix}\"", version.epoch))
}

/// Whether `If-None-Match` names the tag (RFC 9110 §13.1.2: weakness does not matter).
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.trim() == "*"
            || text.split(',').any(|known| {
                let known = known.trim();
                known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes()
            })
    })
}

/// Reads `If-Match`. What is no tag of ours matches nothing.
pub(crate) fn if_match(text: &str) -> IfMatch {
    if text.trim() == "*" {
        return IfMatch::Any;
    }
    IfMatch::OneOf(text.split(',').filter_map(|tag| user_version(tag.trim())).collect())
}

fn user_version(tag: &str) -> Option<UserVersion> {
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use dqops_users_domain::Epoch;

    use super::*;

    fn version(user: u64, data_domains: Option<u64>) -> UserVersion {
        UserVersion { user: Epoch(user), data_domains: data_domains.map(Epoch) }
    }

    #[test]
    fn tags_are_read_back() {
        for version in [version(7, None), version(7, Some(3))] {
            let tag = of_user(version);
            assert_eq!(if_match(tag.to_str().unwrap()), IfMatch::OneOf(vec![version]));
        }
        assert_eq!(if_match("*"), IfMatch::Any);
        let two = if_match("\"u1\", \"u2-d5\"");
        assert_eq!(two, IfMatch::OneOf(vec![version(1, None), version(2, Some(5))]));
    }

    #[test]
    fn other_tags_match_nothing() {
        for text in ["", "\"x\"", "u7", "W/\"u7\"", "\"u07\"", "\"u+7\"", "\"u7-d\"", "\"l7\""] {
            assert_eq!(if_match(text), IfMatch::OneOf(Vec::new()), "{text}");
        }
    }

    #[test]
    fn a_known_tag_is_found_in_a_list() {
        let tag = of_list(ListVersion { epoch: Epoch(7), with_data_domains: true });
        let known = |text: &'static str| {
            let pair = (header::IF_NONE_MATCH, HeaderValue::from_static(text));
            is_known(&HeaderMap::from_iter([pair]), &tag)
        };
        assert!(known("\"l7-d\"") && known("\"a\", W/\"l7-d\"") && known("*"));
        assert!(!known("\"l7\"") && !known("l7-d") && !known(""));
    }
}
