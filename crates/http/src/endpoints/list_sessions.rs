//! `GET /api/sessions`: the sessions that hold now.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_service::OwnedSession;
use dqops_users_web::{Failure, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::private;
use crate::{
    extract::{Authenticated, Whose},
    openapi::{CommonFailures, WhoseParameter},
    state::SharedState,
};

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionModel<'s> {
    /// Names the session; of no use as a credential.
    id: Uuid,
    /// Who signed in.
    #[schema(value_type = String)]
    user: &'s str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used; at the most a minute behind.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// When it ends, however busy it is.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// From which address the user signed in.
    #[schema(value_type = String)]
    address: &'s str,
    /// With what the user signed in, by its own words.
    #[schema(value_type = String)]
    client: &'s str,
    /// Whether it is the session by which this was asked.
    current: bool,
}

/// Lists the sessions of the caller; for admins also those of another user, or of all.
#[utoipa::path(
    get, path = "/api/sessions", tag = "sessions", operation_id = "listSessions",
    params(WhoseParameter),
    responses(
        (status = 200, description = "the sessions, by user and age", body = [SessionModel]),
        (status = 400, description = "a parameter is not valid", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is no owner yet, in the mode without authentication", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn list_sessions(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    whose: Whose,
) -> Result<Response, Failure> {
    let user = whose.user(&caller)?;
    let sessions = state.directory.sessions(&caller, user.as_ref()).await?;
    let models: Vec<_> = sessions
        .iter()
        .map(|OwnedSession { session, user }| SessionModel {
            id: session.id.0,
            user: user.as_str(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            ends_at: session.ends_at,
            address: &session.address,
            client: &session.client,
            current: caller.session() == Some(session.id),
        })
        .collect();
    let json = serde_json::to_vec(&models).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::OK, json))
}
