//! The query of a list: which page is wanted, if any.

use axum::{extract::FromRequestParts, http::request::Parts};
use dqops_users_service::{FieldError, UserPage};
use dqops_users_web::{Failure, Problem};

use super::parameters::{self, parse};
use crate::state::SharedState;

/// The page that is wanted; `None` for the whole list.
pub(crate) struct UserQuery(pub(crate) Option<UserPage>);

impl FromRequestParts<SharedState> for UserQuery {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(read(query).map_err(Problem::invalid)?))
    }
}

fn read(query: &str) -> Result<Option<UserPage>, FieldError> {
    let mut page = None;
    for (name, value) in parameters::known(query, &["search", "role", "limit", "after"])? {
        let page = page.get_or_insert_with(UserPage::default);
        match &*name {
            "search" => page.search = Some(value.into_owned()),
            "role" => page.role = Some(parse(&name, &value)?),
            "after" => page.after = Some(parse(&name, &value)?),
            _ => page.limit = Some(parse(&name, &value)?),
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use dqops_users_domain::Role;

    use super::*;

    #[test]
    fn no_parameter_means_the_whole_list() {
        assert!(read("").unwrap().is_none());
        assert!(read("other=1").unwrap().is_none());
    }

    #[test]
    fn parameters_are_decoded_and_checked() {
        let page = read("search=a%2Bb&role=viewer&limit=5&after=a%2Bb%40c.d").unwrap().unwrap();
        assert_eq!(
            (page.search.as_deref(), page.role, page.limit),
            (Some("a+b"), Some(Role::Viewer), Some(5))
        );
        assert_eq!(page.after.unwrap().as_str(), "a+b@c.d");
        for (query, field) in [
            ("role=king", "role"),
            ("limit=x", "limit"),
            ("limit=-1", "limit"),
            ("after=x", "after"),
            ("limit=1&limit=2", "limit"),
        ] {
            assert_eq!(read(query).unwrap_err().field, field, "{query}");
        }
    }
}
