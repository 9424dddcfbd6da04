//! `/metrics`: the figures in the Prometheus text format, on a listener of its own and never beside
//! the API, because they tell how the installation is doing.

use std::{fs, net::SocketAddr, num::NonZeroUsize};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use dqops_users_metrics::Metrics;
use dqops_users_service::Directory;
use tokio::net::TcpListener;

use super::accept::Entrance;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Those who watch a server are few.
const MAX_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Figures that somebody wants to see, and where.
pub(super) struct Exposition {
    listener: TcpListener,
    address: SocketAddr,
    /// What the server itself counts.
    pub(super) metrics: Metrics,
}

#[derive(Clone)]
struct Shown {
    directory: Directory,
    metrics: Metrics,
}

impl Exposition {
    /// Takes the address, and begins to count.
    pub(super) async fn at(address: SocketAddr, database: &str) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address} for --metrics-listen"))?;
        let metrics = Metrics::new();
        show_process(&metrics, database);
        Ok(Self { address: listener.local_addr()?, listener, metrics })
    }

    /// Shows the figures for as long as it is polled.
    pub(super) async fn serve(self, directory: Directory) {
        let Self { listener, address, metrics } = self;
        let router = Router::new().route("/metrics", get(show));
        let router = router.with_state(Shown { directory, metrics });
        tracing::info!(%address, "metrics are shown");
        Entrance::new(listener, router, MAX_CONNECTIONS).serve().await;
    }
}

async fn show(State(shown): State<Shown>) -> Response {
    let text = shown.directory.figures().await + &shown.metrics.text();
    ([(header::CONTENT_TYPE, TEXT)], text).into_response()
}

/// What holds for the process as a whole.
fn show_process(metrics: &Metrics, database: &str) {
    metrics.reading("process_resident_memory_bytes", "Memory that the process holds", || {
        resident_memory().unwrap_or(0.0)
    });
    metrics.reading("process_open_fds", "Files and sockets that are open", || {
        let open = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        f64::from(u32::try_from(open).unwrap_or(u32::MAX))
    });
    let started = metrics
        .gauge("process_start_time_seconds", "When the process started, in seconds since 1970");
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    started.set(dqops_users_service::Ambient::system().now().as_second() as f64);
    metrics.info(
        "build_info",
        "The version of this program, and the kind of database it works on; always 1",
        [("version", env!("CARGO_PKG_VERSION")), ("database", database)],
    );
}

/// From the kernel's account, which gives it in KiB.
fn resident_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u32 = line.split_whitespace().next()?.parse().ok()?;
    Some(f64::from(kib) * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_described() {
        let metrics = Metrics::new();
        show_process(&metrics, "SQLite");
        let text = metrics.text();
        let value = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("dqops_users_{name} ")));
            line.unwrap().split(' ').nth(1).unwrap().parse::<f64>().unwrap()
        };
        assert!(value("process_resident_memory_bytes") > 1e6, "{text}");
        assert!(value("process_open_fds") >= 3.0, "{text}");
        assert!(value("process_start_time_seconds") > 1.7e9, "{text}");
        assert!(text.contains("dqops_users_build_info{database=\"SQLite\",version=\"0."), "{text}");
    }
}
