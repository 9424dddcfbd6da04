//! The query that says whose things are meant: the caller's own, a user's, or everybody's.

use axum::{extract::FromRequestParts, http::request::Parts};
use dqops_users_domain::Email;
use dqops_users_service::{Caller, FieldError, ServiceError};
use dqops_users_web::{Failure, Problem};

use crate::state::SharedState;

/// Whose things are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Own,
    User(Email),
    Everybody,
}

impl Whose {
    /// The user that is meant, or nobody for everybody.
    pub(crate) fn user(self, caller: &Caller) -> Result<Option<Email>, ServiceError> {
        match self {
            Self::Own => {
                let own = caller.user().ok_or(ServiceError::NoOwner)?;
                Ok(Some(own.email.clone()))
            }
            Self::User(email) => Ok(Some(email)),
            Self::Everybody => Ok(None),
        }
    }
}

impl FromRequestParts<SharedState> for Whose {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(read(query).map_err(Problem::invalid)?)
    }
}

fn read(query: &str) -> Result<Whose, FieldError> {
    let mut users = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "user");
    let Some((_, user)) = users.next() else { return Ok(Whose::Own) };
    if users.next().is_some() {
        return Err(FieldError::new("user", "stands twice"));
    }
    if user == "*" {
        return Ok(Whose::Everybody);
    }
    user.parse().map(Whose::User).map_err(|error| FieldError::new("user", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_oneself_a_user_or_everybody() {
        assert_eq!(read("").unwrap(), Whose::Own);
        assert_eq!(read("other=x").unwrap(), Whose::Own);
        assert_eq!(read("user=*").unwrap(), Whose::Everybody);
        assert_eq!(read("user=A%2Bb%40c.d").unwrap(), Whose::User("a+b@c.d".parse().unwrap()));
        for query in ["user=", "user=nobody", "user=a@b&user=c@d"] {
            assert_eq!(read(query).unwrap_err().field, "user", "{query}");
        }
    }
}
