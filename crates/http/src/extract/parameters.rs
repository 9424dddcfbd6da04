//! The parameters of a query, each at the most once.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use dqops_users_service::FieldError;

/// A name and its value, decoded.
type Parameter<'q> = (Cow<'q, str>, Cow<'q, str>);

/// The parameters of these names. Others are ignored.
pub(super) fn known<'q>(query: &'q str, names: &[&str]) -> Result<Vec<Parameter<'q>>, FieldError> {
    let mut found: Vec<Parameter<'q>> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !names.contains(&&*name) {
            continue;
        }
        if found.iter().any(|(seen, _)| *seen == name) {
            return Err(FieldError::new(name, "stands twice"));
        }
        found.push((name, value));
    }
    Ok(found)
}

/// A parameter that is a number, an email or the like.
pub(super) fn parse<T: FromStr<Err: Display>>(name: &str, value: &str) -> Result<T, FieldError> {
    value.parse().map_err(|error| FieldError::new(name, &error))
}
