//! The query of the audit trail: which entries are wanted.

use axum::{extract::FromRequestParts, http::request::Parts};
use dqops_users_domain::audit::Action;
use dqops_users_service::{AuditPage, FieldError};
use jiff::Timestamp;

use dqops_users_web::{Failure, Problem};

use super::parameters::{self, parse};
use crate::state::SharedState;

/// The page of the audit trail that is wanted.
pub(crate) struct AuditPageQuery(pub(crate) AuditPage);

impl FromRequestParts<SharedState> for AuditPageQuery {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(read(query).map_err(Problem::invalid)?))
    }
}

fn read(query: &str) -> Result<AuditPage, FieldError> {
    let mut page = AuditPage::default();
    let names = ["user", "action", "since", "until", "limit", "before"];
    for (name, value) in parameters::known(query, &names)? {
        match &*name {
            "user" => page.user = Some(value.into_owned()),
            "action" => page.action = Some(action(&value)?),
            "since" => page.since = Some(time(&name, &value)?),
            "until" => page.until = Some(time(&name, &value)?),
            "limit" => page.limit = Some(parse(&name, &value)?),
            _ => page.before = Some(parse(&name, &value)?),
        }
    }
    Ok(page)
}

fn action(value: &str) -> Result<Action, FieldError> {
    Action::from_name(value).ok_or_else(|| {
        let names = Action::ALL.map(Action::as_str).join(", ");
        FieldError::new("action", &format!("is none of {names}"))
    })
}

fn time(name: &str, value: &str) -> Result<Timestamp, FieldError> {
    value.parse().map_err(|_| {
        let form = "is not a time like 2026-01-31T12:00:00Z; a plus in a query is written %2B";
        FieldError::new(name, form)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parameter_means_the_latest() {
        assert_eq!(read("").unwrap(), AuditPage::default());
        assert_eq!(read("other=1").unwrap(), AuditPage::default());
    }

    #[test]
    fn parameters_are_decoded_and_checked() {
        let page = read(
            "user=a%2Bb%40c.d&action=user_created&since=2026-01-01T00%3A00:00Z\
             &until=2026-01-01T01:00:00%2B01:00&limit=5&before=9",
        );
        let midnight = "2026-01-01T00:00:00Z".parse().ok();
        let expected = AuditPage {
            user: Some("a+b@c.d".to_owned()),
            action: Some(Action::UserCreated),
            since: midnight,
            until: midnight,
            before: Some(9),
            limit: Some(5),
        };
        assert_eq!(page.unwrap(), expected);
        for (query, field) in [
            ("action=user", "action"),
            ("action=", "action"),
            ("since=yesterday", "since"),
            ("since=2026-01-01T00:00:00+01:00", "since"),
            ("until=2026-01-01", "until"),
            ("until=", "until"),
            ("limit=x", "limit"),
            ("limit=4294967296", "limit"),
            ("before=-1", "before"),
            ("before=18446744073709551616", "before"),
            ("user=a&user=b", "user"),
        ] {
            assert_eq!(read(query).unwrap_err().field, field, "{query}");
        }
    }
}
