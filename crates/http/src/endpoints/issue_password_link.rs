//! `POST /api/users/{email}/passwordlink`: a link by which a user sets a password.

use axum::{extract::State, http::StatusCode, response::Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::private;
use dqops_users_web::{Failure, Problem};

use crate::{
    extract::{Authenticated, EmailPath, OptionalObject},
    openapi::{BodyFailures, CommonFailures, EmailParameter},
    state::SharedState,
};

/// What is to be done with the link.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it documents what is read member by member")]
pub(crate) struct LinkInput {
    /// Whether the link is mailed to the user as well.
    mail: Option<bool>,
}

/// A link that was made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkIssued {
    /// The link, shown only this once; a path when the server was not told its public address.
    #[schema(example = "https://users.example.com/password/dqu_link_...")]
    link: String,
    /// From when on it is refused.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Makes a link by which the user sets a password, once, in place of an earlier link.
#[utoipa::path(
    post, path = "/api/users/{email}/passwordlink", tag = "users", operation_id = "issuePasswordLink",
    params(EmailParameter),
    request_body(content = Option<LinkInput>, content_type = "application/json"),
    responses(
        (status = 201, description = "the link", body = LinkIssued),
        (status = 400, description = "not an email, or the body is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "the link was to be mailed, and mail is not configured", body = Problem, content_type = "application/problem+json"),
        BodyFailures,
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn issue_password_link(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
    OptionalObject(mut body): OptionalObject,
) -> Result<Response, Failure> {
    let mail: Option<bool> = body.take("mail", "a boolean").map_err(Problem::invalid)?;
    let issued = if mail.unwrap_or(false) {
        state.directory.mail_password_link(&caller, &email).await?
    } else {
        state.directory.issue_password_link(&caller, &email).await?
    };
    let link = format!("{}{}", state.link_base, issued.token.expose());
    let model = LinkIssued { link, expires_at: issued.link.expires_at };
    let json = serde_json::to_vec(&model).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::CREATED, json))
}
