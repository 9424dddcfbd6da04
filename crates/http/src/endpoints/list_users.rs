//! `GET /api/users`: all users, or a page of them.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use dqops_users_domain::Role;
use dqops_users_service::{Caller, UserPage};
use dqops_users_web::{Failure, Problem};

use super::{REVALIDATE, next_page, not_modified, tagged};
use crate::{
    etag,
    extract::{Authenticated, UserQuery},
    models::UserModel,
    openapi::{CommonFailures, PageParameters},
    state::{ApiState, SharedState},
};

/// Returns all users, sorted by email.
///
/// With any of the parameters it returns a page, and a `Link` with `rel="next"` while more follow.
#[utoipa::path(
    get, path = "/api/users", tag = "users", operation_id = "getAllUsers",
    params(PageParameters),
    responses(
        (status = 200, description = "the users", body = Vec<UserModel>,
            headers(("ETag" = String, description = "the version of the whole list"),
                    ("Link" = String, description = "the next page, when a page was asked for"))),
        (status = 304, description = "the whole list is as `If-None-Match` says"),
        (status = 400, description = "a parameter is not valid", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn get_all_users(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    UserQuery(page): UserQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(page) = page {
        return page_of_users(&state, &caller, page).await;
    }
    let list = state.list.get(&state.directory, &caller).await?;
    let tag = etag::of_list(list.version);
    if etag::is_known(&headers, &tag) {
        return Ok(not_modified(tag));
    }
    Ok(tagged(tag, list.json.clone()))
}

async fn page_of_users(
    state: &ApiState,
    caller: &Caller,
    page: UserPage,
) -> Result<Response, Failure> {
    let query = page.clone();
    let (users, more) = state.directory.page_of_users(caller, page).await?;
    let models: Vec<_> = users.iter().map(UserModel::from).collect();
    let json = serde_json::to_vec(&models).unwrap_or_default(); // plain data: it cannot fail
    let mut response = Response::new(json.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, super::JSON);
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    if let (true, Some(last)) = (more, users.last()) {
        let limit = query.limit.map(|limit| limit.to_string());
        let parameters = [
            ("after", Some(last.email.as_str())),
            ("limit", limit.as_deref()),
            ("search", query.search.as_deref()),
            ("role", query.role.map(Role::as_str)),
        ];
        if let Some(link) = next_page("/api/users", &parameters) {
            headers.insert(header::LINK, link);
        }
    }
    Ok(response)
}
