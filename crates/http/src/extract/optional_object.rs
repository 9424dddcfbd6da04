//! A body that may be left out, and else is a JSON object.

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
};

use super::{
    Members,
    body::{self, ContentType, MAX_BODY},
};
use dqops_users_web::{Failure, Problem, read_body};

use crate::state::SharedState;

/// The members of a JSON object; none where there is no body.
pub(crate) struct OptionalObject(pub(crate) Members);

impl FromRequest<SharedState> for OptionalObject {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &SharedState) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let kind = body::content_type(&parts.headers)?;
        let bytes = read_body(&parts, body, MAX_BODY).await?;
        match kind {
            None | Some(ContentType::Json) if bytes.is_empty() => Ok(Self(Members::parse(b"{}")?)),
            Some(ContentType::Json) => Ok(Self(Members::parse(&bytes)?)),
            None | Some(ContentType::PlainText) => {
                Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into())
            }
        }
    }
}
