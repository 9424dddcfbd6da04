//! A body that is a new password: a JSON string, or text as it is.

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
};
use dqops_users_domain::{Password, PasswordError};
use dqops_users_web::{Failure, Problem, read_body};

use super::body::{self, ContentType, MAX_PASSWORD_BODY};
use crate::state::SharedState;

/// The new password, if one was sent that is not empty.
pub(crate) struct PasswordBody(pub(crate) Option<Password>);

impl FromRequest<SharedState> for PasswordBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedState) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let kind = body::content_type(&parts.headers)?;
        let bytes = read_body(&parts, body, MAX_PASSWORD_BODY).await?;
        Ok(Self(read(kind, &bytes)?))
    }
}

fn read(kind: Option<ContentType>, bytes: &[u8]) -> Result<Option<Password>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = match kind {
        Some(ContentType::Json) => {
            serde_json::from_slice::<Option<String>>(bytes).map_err(|_| {
                Problem::malformed("the body is not a JSON string, such as \"a new password\"")
            })?
        }
        Some(ContentType::PlainText) => {
            let text = std::str::from_utf8(bytes)
                .map_err(|_| Problem::malformed("the password is not UTF-8"))?;
            Some(text.to_owned())
        }
        None => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    match text.map(Password::new) {
        None | Some(Err(PasswordError::Empty)) => Ok(None),
        Some(Ok(password)) => Ok(Some(password)),
        Some(Err(error @ PasswordError::TooLong)) => Err(Problem::rejected(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: ContentType, bytes: &[u8]) -> Option<String> {
        read(Some(kind), bytes).unwrap().map(|password| password.expose().to_owned())
    }

    #[test]
    fn json_is_a_string_and_text_is_verbatim() {
        assert_eq!(text(ContentType::Json, br#""a \"b\" \u017c""#).unwrap(), "a \"b\" ż");
        assert_eq!(text(ContentType::PlainText, b"\"a b\" \n").unwrap(), "\"a b\" \n");
        assert_eq!(text(ContentType::Json, b"\"\""), None);
        assert_eq!(text(ContentType::Json, b"null"), None);
        assert_eq!(text(ContentType::PlainText, b""), None);
        assert!(read(None, b"").unwrap().is_none(), "what the generated clients send");
    }

    #[test]
    fn other_bodies_are_refused() {
        for json in ["1", "[\"a\"]", "{\"password\":\"a\"}", "plain", "\"a\"x"] {
            assert!(read(Some(ContentType::Json), json.as_bytes()).is_err(), "{json}");
        }
        assert!(read(Some(ContentType::PlainText), &[0xff, 0xfe]).is_err());
        assert!(read(None, b"x").is_err());
        assert!(read(Some(ContentType::PlainText), &[b'x'; 1025]).is_err());
    }
}
