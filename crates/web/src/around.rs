//! What stands around all requests, put there in one place.

use std::time::Duration;

use axum::{Router, response::IntoResponse as _};
use dqops_users_metrics::Metrics;
use ipnet::IpNet;
use tower_http::csrf::CsrfLayer;

use crate::{boundary::Boundary, client, pages::Pages, problem::Problem};

/// What a server lets in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that are worked on at once; what comes on top gets 503.
    pub requests_at_once: usize,
    /// How long a request may take.
    pub request_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_at_once: 1024, request_time: Duration::from_secs(15) }
    }
}

/// How requests are let in and errors are answered.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What is let in.
    pub limits: Limits,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether all clients reach the server through TLS, whatever proxies say.
    pub public_url_is_https: bool,
    /// Makes the pages by which browsers are told of errors; without it they get what programs get.
    pub pages: Option<Pages>,
    /// Where requests are counted, if somebody wants to know.
    pub metrics: Option<Metrics>,
}

/// Puts everything around a router that has all routes: admission, request ids, time limits,
/// panics, the log of failures, [`Client`](crate::Client), and the refusal of changes that another
/// web site caused.
///
/// Only once: each call has its own places for requests.
pub fn around(router: Router, settings: Settings) -> Router {
    let Settings { limits, trusted_proxies, public_url_is_https, pages, metrics } = settings;
    router.layer((
        Boundary::new(limits, pages, metrics),
        client::layer(trusted_proxies, public_url_is_https),
        CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_response()),
    ))
}
