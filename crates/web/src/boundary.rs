//! Where a request comes in and its answer goes out: admission, a request id, a time limit, panics,
//! and the one log line of a failure.

use std::{
    convert::Infallible,
    error::Error,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::HttpBody as _,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tower::{Layer, Service};

use crate::{
    admission::Place,
    around::Limits,
    failure::Cause,
    pages::{self, API, Pages},
    problem::Problem,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where whoever watches over the server asks how it is, which matters most when it is busy.
const HEALTH: &str = "/api/ishealthy";

const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NO_FRAMES: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Characters of a request id at the most, when the client brings one.
const MAX_REQUEST_ID: usize = 64;

/// What the boundary keeps from request to request.
#[derive(Clone)]
pub(crate) struct Boundary {
    shared: Arc<Shared>,
}

struct Shared {
    places: Arc<Semaphore>,
    request_time: Duration,
    next_id: AtomicU64,
    pages: Option<Pages>,
}

impl Boundary {
    pub(crate) fn new(limits: Limits, pages: Option<Pages>) -> Self {
        let shared = Shared {
            places: Arc::new(Semaphore::new(limits.requests_at_once)),
            request_time: limits.request_time,
            next_id: AtomicU64::new(first_id()),
            pages,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The client's own request id if it is a plain one, else a new one.
    fn request_id(&self, request: &Request) -> HeaderValue {
        let is_plain = |value: &&HeaderValue| {
            let bytes = value.as_bytes();
            (1..=MAX_REQUEST_ID).contains(&bytes.len())
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        request.headers().get(REQUEST_ID).filter(is_plain).cloned().unwrap_or_else(|| {
            let number = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
            HeaderValue::try_from(format!("{number:016x}")).unwrap_or(HeaderValue::from_static("-"))
        })
    }
}

/// Where numbering begins: elsewhere in each process, so that ids of replicas do not collide.
fn first_id() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one("request ids")
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
        let id = boundary.request_id(&request);
        let method = request.method().clone();
        let is_api = request.uri().path().starts_with(API);
        let route = request.extensions().get::<MatchedPath>().cloned();
        let pages = boundary.shared.pages.filter(|_| pages::are_wanted(&request));
        let admission = boundary.shared.admission(&mut request);
        let inner = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer(&boundary.shared, admission, inner).await;
            if is_bare_error(&response) {
                response = with_problem(&response);
            }
            if let Some(pages) = pages {
                response = pages::as_page(response, pages);
            }
            log(&response, &method, route.as_ref(), &id);
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
        if request.uri().path() == HEALTH {
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
        Admission::WithPlace => match shared.places.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => return Problem::overloaded().into_response(),
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

fn log(response: &Response, method: &Method, route: Option<&MatchedPath>, id: &HeaderValue) {
    let status = response.status().as_u16();
    // The route, not the path: what a client makes up stays out of the log.
    let route = route.map_or("(none)", MatchedPath::as_str);
    let request = id.to_str().unwrap_or("-");
    if response.status().is_server_error() {
        let cause = response.extensions().get::<Cause>().map(|cause| chain(&*cause.0));
        let cause = cause.as_deref().unwrap_or("-");
        tracing::error!(%method, route, status, request, cause, "request failed");
    } else {
        tracing::debug!(%method, route, status, request, "request");
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
