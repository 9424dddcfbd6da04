//! What stands around a router: who gets which answer, as a page or as a problem.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use dqops_users_metrics::Metrics;
use dqops_users_service::ServiceError;
use dqops_users_storage::StorageError;
use dqops_users_web::{
    Client, Failure, Limits, PROBLEM_JSON, Problem, Settings, around, with_current_request_id,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

fn page(problem: &Problem) -> Response {
    // Another status than the problem's, which must not win.
    Html(format!("<h1>{}: {}</h1>", problem.code(), problem.detail())).into_response()
}

async fn panics() -> Response {
    panic!("a defect")
}

async fn storage_fails() -> Failure {
    ServiceError::from(StorageError::unavailable("the secret name of a host")).into()
}

async fn form() -> Response {
    (StatusCode::CONFLICT, Html("the form again")).into_response()
}

fn server(limits: Limits, pages: bool) -> Router {
    let pages = pages.then_some(page as dqops_users_web::Pages);
    around(routes(), Settings { limits, pages, ..Settings::default() })
}

async fn request_id() -> String {
    let mut found = String::new();
    with_current_request_id(|id| id.clone_into(&mut found));
    found
}

fn routes() -> Router {
    let never = get(async || std::future::pending::<()>().await);
    let text = get(async || (StatusCode::BAD_REQUEST, "a text of the framework"));
    let client = get(async |client: Client| client.address.to_string());
    Router::new()
        .route("/", get("hello"))
        .route("/id", get(request_id))
        .route("/things/{name}", get("a thing").put("changed"))
        .route("/panics", get(panics))
        .route("/api/panics", get(panics))
        .route("/storage", get(storage_fails))
        .route("/never", never)
        .route("/form", post(form))
        .route("/text", text)
        .route("/client", client)
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn is_page(&self, status: u16, code: &str) {
        assert!(self.body.starts_with(&format!("<h1>{code}: ")), "{}", self.body);
        assert_eq!((self.status.as_u16(), self.kind()), (status, "text/html; charset=utf-8"));
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
        assert!(self.headers.contains_key("x-request-id"));
        assert_eq!(self.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.kind()), (status, PROBLEM_JSON));
        assert!(self.body.contains(&format!("\"code\":\"{code}\"")), "{}", self.body);
    }

    fn kind(&self) -> &str {
        self.headers[header::CONTENT_TYPE].to_str().unwrap()
    }
}

async fn ask(server: &Router, request: &str, headers: &[(&str, &str)]) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = server.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn browse(server: &Router, request: &str) -> Answer {
    ask(server, request, &[("accept", BROWSER)]).await
}

#[tokio::test]
async fn a_browser_gets_pages() {
    let server = server(Limits::default(), true);
    browse(&server, "GET /nowhere").await.is_page(404, "route_not_found");
    browse(&server, "GET /panics").await.is_page(500, "internal_error");
    browse(&server, "GET /text").await.is_page(400, "bad_request");
    let wrong = browse(&server, "DELETE /").await;
    wrong.is_page(405, "method_not_allowed");
    assert_eq!(wrong.headers[header::ALLOW], "GET,HEAD");
    let failed = browse(&server, "GET /storage").await;
    failed.is_page(503, "storage_unavailable");
    assert_eq!(failed.headers[header::RETRY_AFTER], "1");
    assert!(!failed.body.contains("secret"), "{}", failed.body);
    let foreign = [("accept", BROWSER), ("sec-fetch-site", "cross-site")];
    ask(&server, "POST /form", &foreign).await.is_page(403, "permission_denied");
}

#[tokio::test]
async fn a_browser_is_refused_with_a_page() {
    let full = server(Limits { requests_at_once: 0, ..Limits::default() }, true);
    let refused = browse(&full, "GET /").await;
    refused.is_page(503, "overloaded");
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    ask(&full, "GET /", &[]).await.is_problem(503, "overloaded");
    let request_time = Duration::from_millis(20);
    let slow = server(Limits { request_time, ..Limits::default() }, true);
    browse(&slow, "GET /never").await.is_page(503, "request_timeout");
    ask(&slow, "GET /never", &[]).await.is_problem(503, "request_timeout");
}

#[tokio::test]
async fn programs_and_the_api_get_problems() {
    let with = server(Limits::default(), true);
    let without = server(Limits::default(), false);
    for (server, headers) in
        [(&with, &[] as &[_]), (&with, &[("accept", "*/*")]), (&without, &[("accept", BROWSER)])]
    {
        ask(server, "GET /nowhere", headers).await.is_problem(404, "route_not_found");
        ask(server, "GET /panics", headers).await.is_problem(500, "internal_error");
        ask(server, "GET /text", headers).await.is_problem(400, "bad_request");
        ask(server, "GET /storage", headers).await.is_problem(503, "storage_unavailable");
    }
    browse(&with, "GET /api/nowhere").await.is_problem(404, "route_not_found");
    browse(&with, "GET /api/panics").await.is_problem(500, "internal_error");
}

#[tokio::test]
async fn a_page_that_a_handler_made_stays_as_it_is() {
    for pages in [true, false] {
        let server = server(Limits::default(), pages);
        for accept in [BROWSER, "*/*"] {
            let answer = ask(&server, "POST /form", &[("accept", accept)]).await;
            assert_eq!((answer.status.as_u16(), &*answer.body), (409, "the form again"));
        }
    }
}

#[tokio::test]
async fn every_handler_learns_the_client_where_it_is_found_out() {
    let server = server(Limits::default(), true);
    assert_eq!(ask(&server, "GET /client", &[]).await.body, "0.0.0.0");
    let bare = Router::new().route("/client", get(async |_: Client| "somebody"));
    ask(&bare, "GET /client", &[]).await.is_problem(500, "internal_error");
}

#[tokio::test]
async fn a_handler_works_under_the_id_that_the_client_is_told() {
    let server = server(Limits::default(), true);
    let own = ask(&server, "GET /id", &[("x-request-id", "my-own.1")]).await;
    assert_eq!(
        (own.body.as_str(), &own.headers["x-request-id"]),
        ("my-own.1", &"my-own.1".parse().unwrap())
    );
    let made = ask(&server, "GET /id", &[("x-request-id", "not \"plain\"")]).await;
    assert_eq!(made.headers["x-request-id"], made.body.as_str());
    assert_eq!(made.body.len(), 16);
}

#[tokio::test]
async fn requests_are_counted_under_their_route_and_never_under_their_path() {
    let metrics = Metrics::new();
    let settings = Settings { metrics: Some(metrics.clone()), ..Settings::default() };
    let server = around(routes(), settings);
    for request in [
        "GET /things/secret-1",
        "GET /things/secret-2",
        "PUT /things/secret-3",
        "GET /secret-4",
        "SECRET /things/x",
        "GET /panics",
    ] {
        ask(&server, request, &[]).await;
    }
    let text = metrics.text();
    let count = |labels: &str| {
        let name = format!("dqops_users_http_request_duration_seconds_count{{{labels}}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).map(str::to_owned)
    };
    for (labels, times) in [
        ("method=\"GET\",route=\"/things/{name}\",status=\"2xx\"", "2"),
        ("method=\"PUT\",route=\"/things/{name}\",status=\"2xx\"", "1"),
        ("method=\"other\",route=\"/things/{name}\",status=\"4xx\"", "1"),
        ("method=\"GET\",route=\"(none)\",status=\"4xx\"", "1"),
        ("method=\"GET\",route=\"/panics\",status=\"5xx\"", "1"),
    ] {
        assert_eq!(count(labels).as_deref(), Some(times), "{labels} in {text}");
    }
    assert!(!text.to_lowercase().contains("secret"), "{text}");
}

#[tokio::test]
async fn refused_requests_are_counted() {
    let metrics = Metrics::new();
    let limits = Limits { requests_at_once: 0, ..Limits::default() };
    let server = around(
        routes(),
        Settings { limits, metrics: Some(metrics.clone()), ..Settings::default() },
    );
    for _ in 0..3 {
        ask(&server, "GET /", &[]).await.is_problem(503, "overloaded");
    }
    // Who watches over the server is always let in; here nothing answers.
    ask(&server, "GET /health/ready", &[]).await.is_problem(404, "route_not_found");
    let text = metrics.text();
    assert!(text.contains("\ndqops_users_http_requests_refused_total 3\n"), "{text}");
    assert!(text.contains("\ndqops_users_http_requests_in_progress 0\n"), "{text}");
}
