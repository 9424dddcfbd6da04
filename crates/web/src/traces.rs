//! A span for each request, for the export of traces: only with the feature `traces`, and without cost
//! while nobody collects them.

use axum::{
    extract::MatchedPath,
    http::{HeaderValue, Method, StatusCode},
};
use tracing::{Span, field::Empty};

use crate::figures::NO_ROUTE;

/// The target of these spans, by which they are told from what is logged.
pub const SPANS: &str = "dqops_users_web::request_spans";

/// The span of a request, named as OpenTelemetry's conventions have it. It holds the route, not the path.
pub(crate) fn span(method: &Method, route: Option<&MatchedPath>, id: &HeaderValue) -> Span {
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str);
    tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        request.id = id.to_str().unwrap_or_default(),
    )
}

/// Notes in the request's span how it was answered.
pub(crate) fn note(status: StatusCode) {
    let span = Span::current();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
