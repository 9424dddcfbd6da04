//! Where a request comes in and its answer goes out: admission, a request id, a time limit, panics,
//! and the one log line of a failure.

use std::{
    convert::Infallible,
    error::Error,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::HttpBody as _,
    extract::{MatchedPath, Request},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use dqops_users_metrics::{Metrics, Stopwatch};
use futures_util::FutureExt as _;
use tower::{Layer, Service};

use crate::{
    admission::{Place, Places},
    around::Limits,
    failure::Cause,
    figures::{Figures, NO_ROUTE},
    pages::{self, API, Pages},
    problem::{OVERLOADED, Problem, STOPPING},
    refusals::Refusals,
    request_id::{self, REQUEST_ID, RequestIds},
};

/// Where whoever watches over the server asks how it is, which matters most when it is busy.
const HEALTH: [&str; 3] = ["/api/ishealthy", "/health/live", "/health/ready"];

const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_FRAMES: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// What the boundary keeps from request to request.
#[derive(Clone)]
pub(crate) struct Boundary {
    shared: Arc<Shared>,
}

struct Shared {
    places: Places,
    request_time: Duration,
    ids: RequestIds,
    pages: Option<Pages>,
    figures: Option<Figures>,
    refusals: Refusals,
}

impl Boundary {
    pub(crate) fn new(limits: Limits, pages: Option<Pages>, metrics: Option<Metrics>) -> Self {
        let figures = metrics.as_ref().map(Figures::new);
        let shared = Shared {
            places: Places::new(limits.requests_at_once, &metrics.unwrap_or_default()),
            request_time: limits.request_time,
            ids: RequestIds::new(),
            pages,
            figures,
            refusals: Refusals::default(),
        };
        Self { shared: Arc::new(shared) }
    }
}

impl<S> Layer<S> for Boundary {
    type Service = WithBoundary<S>;

    fn layer(&self, inner: S) -> WithBoundary<S> {
        WithBoundary { boundary: self.clone(), inner }
    }
}

/// A service with the boundary around it.
#[derive(Clone)]
pub(crate) struct WithBoundary<S> {
    boundary: Boundary,
    inner: S,
}

impl<S> Service<Request> for WithBoundary<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let boundary = self.boundary.clone();
        let watch = boundary.shared.figures.is_some().then(Stopwatch::start);
        let id = boundary.shared.ids.of(request.headers());
        let method = request.method().clone();
        let is_api = request.uri().path().starts_with(API);
        let route = request.extensions().get::<MatchedPath>().cloned();
        let pages = boundary.shared.pages.filter(|_| pages::are_wanted(&request));
        let admission = boundary.shared.admission(&mut request);
        #[cfg(feature = "traces")]
        let span = crate::traces::span(&method, route.as_ref(), &id);
        let inner = self.inner.call(request);
        let work = async move {
            let mut response = answer(&boundary.shared, admission, inner).await;
            if is_bare_error(&response) {
                response = with_problem(&response);
            }
            let is_overload = is_overload(&response);
            if let Some(pages) = pages {
                response = pages::as_page(response, pages);
            }
            if is_overload {
                boundary.shared.refusals.note();
            }
            log(&response, &method, route.as_ref(), is_overload);
            #[cfg(feature = "traces")]
            crate::traces::note(response.status());
            if let (Some(figures), Some(watch)) = (&boundary.shared.figures, watch) {
                figures.note(&method, route.as_ref(), response.status(), watch);
            }
            response
        };
        #[cfg(feature = "traces")]
        let work = tracing::Instrument::instrument(work, span);
        Box::pin(async move {
            let (mut response, id) = request_id::under(id, work).await;
            let headers = response.headers_mut();
            headers.insert(REQUEST_ID, id);
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
            if !is_api {
                // What is shown in a browser is shown in no frame of another site.
                headers.insert(header::X_FRAME_OPTIONS, DENY);
                headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NO_FRAMES);
            }
            Ok(response)
        })
    }
}

/// How a request is let in.
enum Admission {
    /// Whatever else goes on.
    Always,
    /// If there is a place.
    WithPlace,
    /// The same, but for the time in which its body arrives.
    WithBody(Place),
}

impl Shared {
    fn admission(&self, request: &mut Request) -> Admission {
        if HEALTH.contains(&request.uri().path()) {
            return Admission::Always;
        }
        if request.body().is_end_stream() {
            return Admission::WithPlace;
        }
        let place = Place::new(&self.places);
        request.extensions_mut().insert(place.clone());
        Admission::WithBody(place)
    }
}

async fn answer(
    shared: &Shared,
    admission: Admission,
    inner: impl Future<Output = Result<Response, Infallible>>,
) -> Response {
    let _place = match &admission {
        Admission::Always => None,
        Admission::WithPlace => match shared.places.take() {
            Ok(place) => Some(place),
            Err(problem) => return problem.into_response(),
        },
        Admission::WithBody(place) => match place.take() {
            Ok(()) => None,
            Err(problem) => return problem.into_response(),
        },
    };
    let work = AssertUnwindSafe(inner).catch_unwind();
    match tokio::time::timeout(shared.request_time, work).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_panic)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(_elapsed) => Problem::given_up().into_response(),
    }
}

/// Whether the framework answered with an error: without a body, or with a text of its own.
fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    (status.is_client_error() || status.is_server_error())
        && kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn with_problem(bare: &Response) -> Response {
    let mut response = Problem::of_status(bare.status()).into_response();
    if let Some(allow) = bare.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// Whether the request was refused, unheard, because the server is busy.
fn is_overload(response: &Response) -> bool {
    code(response) == Some(OVERLOADED)
}

/// The code of a refusal.
fn code(response: &Response) -> Option<&'static str> {
    response.extensions().get::<Problem>().map(Problem::code)
}

/// The line of the request; the log adds its id to this line and all others.
fn log(response: &Response, method: &Method, route: Option<&MatchedPath>, is_overload: bool) {
    let status = response.status().as_u16();
    // The route, not the path: what a client makes up stays out of the log.
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str);
    let is_failure = response.status().is_server_error() && code(response) != Some(STOPPING);
    if is_failure && !is_overload {
        let cause = response.extensions().get::<Cause>().map(|cause| chain(&*cause.0));
        let cause = cause.as_deref().unwrap_or("-");
        tracing::error!(%method, route, status, cause, "request failed");
    } else {
        tracing::debug!(%method, route, status, "request");
    }
}

/// An error and what lies behind it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
