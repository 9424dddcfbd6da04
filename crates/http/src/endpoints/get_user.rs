//! `GET /api/users/{email}`: one user.

use axum::{extract::State, http::HeaderMap, response::Response};
use dqops_users_web::{Failure, Problem};

use super::{not_modified, tagged};
use crate::{
    etag,
    extract::{Authenticated, EmailPath},
    models::UserModel,
    openapi::{CommonFailures, EmailParameter},
    state::SharedState,
};

/// Returns the user model that describes the role of a user identified by an email.
#[utoipa::path(
    get, path = "/api/users/{email}", tag = "users", operation_id = "getUser",
    params(EmailParameter),
    responses(
        (status = 200, description = "the user", body = UserModel,
            headers(("ETag" = String, description = "the version of the user"))),
        (status = 304, description = "the user is as `If-None-Match` says"),
        (status = 400, description = "not an email", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn get_user(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    EmailPath(email): EmailPath,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let user = state.directory.get_user(&caller, &email).await?;
    let tag = etag::of_user(user.version);
    if etag::is_known(&headers, &tag) {
        return Ok(not_modified(tag));
    }
    let mut json = Vec::with_capacity(128);
    UserModel::from(&*user).write_to(&mut json);
    Ok(tagged(tag, json.into()))
}
