//! `GET /api/audit`: the audit trail, page by page.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use dqops_users_domain::audit::Action;
use utoipa::ToSchema;
use uuid::Uuid;

use dqops_users_web::{Failure, Problem};

use super::{next_page, private};
use crate::{
    extract::{AuditPageQuery, Authenticated},
    openapi::{AuditParameters, CommonFailures},
    state::SharedState,
};

/// One thing that was done.
#[derive(Debug, ToSchema)]
#[schema(as = AuditEntry)]
#[expect(dead_code, reason = "it documents `domain::audit::AuditRecord`, which knows no OpenAPI")]
pub(crate) struct EntryModel {
    /// Its place in the trail, from 1.
    number: u64,
    /// Names the entry.
    id: Uuid,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// Who did it: an email, or a name in brackets such as `(local operator)`.
    #[schema(example = "admin@example.com")]
    actor: String,
    /// What was done.
    #[schema(example = "user_created")]
    action: String,
    /// On whom or what.
    #[schema(example = "jane@example.com")]
    subject: String,
    /// How it was before; left out where there was nothing.
    #[schema(value_type = Option<serde_json::Value>, nullable = false)]
    before: Option<()>,
    /// How it was after; left out where nothing is left.
    #[schema(value_type = Option<serde_json::Value>, nullable = false)]
    after: Option<()>,
    /// The SHA-256 of the entry and of the hash before it, in hexadecimal digits.
    #[schema(min_length = 64, max_length = 64)]
    hash: String,
}

/// Returns what was done, the newest first; for admins.
///
/// With a `Link` with `rel="next"` while more follow.
#[utoipa::path(
    get, path = "/api/audit", tag = "audit", operation_id = "listAudit",
    params(AuditParameters),
    responses(
        (status = 200, description = "the entries", body = [EntryModel],
            headers(("Link" = String, description = "the next page"))),
        (status = 400, description = "a parameter is not valid", body = Problem, content_type = "application/problem+json"),
        CommonFailures,
    ),
    security(("bearer" = []), ()),
)]
pub(crate) async fn list_audit(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
    AuditPageQuery(page): AuditPageQuery,
) -> Result<Response, Failure> {
    let query = page.clone();
    let (records, more) = state.directory.page_of_audit(&caller, page).await?;
    let json = serde_json::to_vec(&records).unwrap_or_default(); // plain data: it cannot fail
    let mut response = private(StatusCode::OK, json);
    if let (true, Some(last)) = (more, records.last()) {
        let [before, limit, since, until] = [
            Some(last.number.to_string()),
            query.limit.map(|limit| limit.to_string()),
            query.since.map(|since| since.to_string()),
            query.until.map(|until| until.to_string()),
        ];
        let parameters = [
            ("before", before.as_deref()),
            ("limit", limit.as_deref()),
            ("user", query.user.as_deref()),
            ("action", query.action.map(Action::as_str)),
            ("since", since.as_deref()),
            ("until", until.as_deref()),
        ];
        if let Some(link) = next_page("/api/audit", &parameters) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}
