//! A JSON object as its members, so that each fault can be named by its field.

use std::{collections::BTreeMap, fmt};

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
};
use dqops_users_service::FieldError;
use dqops_users_web::{Failure, Problem, read_body};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::body::{self, ContentType, MAX_BODY, MAX_PASSWORD_BODY};
use crate::state::SharedState;

/// The members of a JSON object, each still unread. A member that stands twice is refused: two
/// readers could take different ones.
#[derive(Debug)]
pub(crate) struct Members(BTreeMap<String, Box<RawValue>>);

impl Members {
    /// Reads a JSON object.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(json).map_err(|error| {
            let text = error.to_string();
            match text.strip_prefix(DUPLICATE).and_then(|rest| rest.split_once('\n')) {
                Some((name, _)) => Problem::invalid(FieldError::new(name, "stands twice")),
                None => Problem::malformed(format!("the body is not a JSON object: {text}")),
            }
        })
    }

    /// Takes a member out; `null` counts as absent.
    pub(crate) fn take<T: DeserializeOwned>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, FieldError> {
        let Some(raw) = self.0.remove(name).filter(|raw| raw.get() != "null") else {
            return Ok(None);
        };
        let read = serde_json::from_str(raw.get());
        read.map(Some).map_err(|_| FieldError::new(name, &format!("must be {expected}")))
    }

    /// Takes out a member that is an object itself; `null` counts as absent.
    pub(crate) fn take_object(&mut self, name: &str) -> Result<Option<Self>, Problem> {
        let Some(raw) = self.0.remove(name).filter(|raw| raw.get() != "null") else {
            return Ok(None);
        };
        if !raw.get().starts_with('{') {
            return Err(Problem::invalid(FieldError::new(name, "must be an object")));
        }
        Self::parse(raw.get().as_bytes()).map(Some)
    }

    /// The names of the members that are left.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// Marks the error of a member that stands twice; the name ends at the end of the line.
const DUPLICATE: &str = "duplicate member ";

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("{DUPLICATE}{name}\n")));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A body that is a JSON object.
pub(crate) struct JsonObject(pub(crate) Members);

/// The same with a password among its members, and therefore small.
pub(crate) struct SecretObject(pub(crate) Members);

impl FromRequest<SharedState> for JsonObject {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedState) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request, MAX_BODY).await?))
    }
}

impl FromRequest<SharedState> for SecretObject {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedState) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request, MAX_PASSWORD_BODY).await?))
    }
}

async fn read(request: Request, limit: usize) -> Result<Members, Problem> {
    let (parts, body) = request.into_parts();
    if body::content_type(&parts.headers)? != Some(ContentType::Json) {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let bytes = read_body(&parts, body, limit).await?;
    Members::parse(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        serde_json::to_string(&Members::parse(json.as_bytes()).unwrap_err()).unwrap()
    }

    #[test]
    fn a_member_that_stands_twice_is_named() {
        let text = error(r#"{"email":"a@b.c","email":"d@e.f"}"#);
        assert!(text.contains(r#""field":"email","detail":"stands twice""#), "{text}");
        assert!(text.contains("invalid_field"), "{text}");
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        let deep = "[".repeat(10_000);
        for json in
            ["", "null", "[]", "1", "\"a\"", "{", "{}x", "{'a':1}", deep.as_str(), "\u{feff}{}"]
        {
            assert!(error(json).contains("malformed_body"), "{json:.40}");
        }
    }

    #[test]
    fn deep_nesting_overflows_nothing() {
        let json = format!(r#"{{"email":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        let mut members = Members::parse(json.as_bytes()).unwrap();
        let error = members.take::<String>("email", "a string").unwrap_err();
        assert_eq!((error.field.as_str(), error.detail.as_str()), ("email", "must be a string"));
    }

    #[test]
    fn null_is_absent() {
        let mut members = Members::parse(br#"{"a":null,"b": "x"}"#).unwrap();
        assert_eq!(members.take::<String>("a", "a string").unwrap(), None);
        assert_eq!(members.take::<String>("b", "a string").unwrap().as_deref(), Some("x"));
        assert_eq!(members.take::<String>("c", "a string").unwrap(), None);
    }
}
