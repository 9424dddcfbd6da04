//! What is counted of requests: how long the answers took, by route, method and class of status.

use axum::{
    extract::MatchedPath,
    http::{Method, StatusCode},
};
use dqops_users_metrics::{HistogramVec, Metrics, SECONDS, Stopwatch};

/// Where no route matched. What a client makes up stays out of the figures, and out of the log.
pub(crate) const NO_ROUTE: &str = "(none)";

/// The figures of requests.
pub(crate) struct Figures {
    durations: HistogramVec,
}

impl Figures {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let durations = metrics.histograms(
            "http_request_duration_seconds",
            "How long requests took from their head to the head of their answer",
            SECONDS,
            &["method", "route", "status"],
        );
        Self { durations }
    }

    pub(crate) fn note(
        &self,
        method: &Method,
        route: Option<&MatchedPath>,
        status: StatusCode,
        watch: Stopwatch,
    ) {
        let labels = [name(method), route.map_or(NO_ROUTE, MatchedPath::as_str), class(status)];
        self.durations.with_label_values(&labels).observe(watch.seconds());
    }
}

/// The method, if it is one that routes have: clients can make others up.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
