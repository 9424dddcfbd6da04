//! The accept loop: a bound on connections, a bound on the time for a request's head, and an orderly
//! end. `axum::serve` has none of these.

use std::{net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request};
use dqops_users_metrics::{Counter, Gauge, Metrics};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt as _;

use super::{pace::Paced, shutdown::StopSignals};

/// How long a client may take to send the head of a request, and a connection to stay idle.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long requests that are being answered may take once the server stops: all is over within ten
/// seconds.
const DRAIN_TIME: Duration = Duration::from_secs(9);

/// After a failed accept, for instance because there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// Where clients come in.
pub(super) struct Entrance {
    listener: TcpListener,
    router: Router,
    places: Arc<Semaphore>,
    builder: http1::Builder,
    graceful: GracefulShutdown,
    figures: Option<Figures>,
}

/// What is counted of connections.
#[derive(Clone)]
struct Figures {
    open: Gauge,
    accepted: Counter,
}

/// A connection's place, given back when it is dropped.
struct Guest {
    _place: Option<OwnedSemaphorePermit>,
    open: Option<Gauge>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.open.as_ref().inspect(|open| open.dec());
    }
}

impl Entrance {
    pub(super) fn new(
        listener: TcpListener,
        router: Router,
        max_connections: NonZeroUsize,
    ) -> Self {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
        Self {
            listener,
            router,
            places: Arc::new(Semaphore::new(max_connections.get())),
            builder,
            graceful: GracefulShutdown::new(),
            figures: None,
        }
    }

    /// The same, with figures.
    pub(super) fn counted(self, metrics: &Metrics) -> Self {
        let figures = Figures {
            open: metrics.gauge("connections_open", "Connections of clients that are open"),
            accepted: metrics.counter("connections_accepted_total", "Connections accepted"),
        };
        Self { figures: Some(figures), ..self }
    }

    /// Serves connections for as long as it is polled.
    pub(super) async fn serve(&self) {
        loop {
            let (stream, peer, place) = self.next_connection().await;
            let guest = Guest { _place: place, open: self.count() };
            let connection = self.graceful.watch(self.connection(stream, peer));
            tokio::spawn(async move {
                // A client that breaks off is no failure of ours.
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(guest);
            });
        }
    }

    /// Takes no more connections, and lets those that are being answered finish, unless there is a
    /// signal.
    pub(super) async fn close(self, stop: &mut StopSignals) {
        drop(self.listener);
        tokio::select! {
            () = self.graceful.shutdown() => return,
            () = tokio::time::sleep(DRAIN_TIME) => {}
            () = stop.next() => {}
        }
        tracing::warn!("some requests were still being answered and are cut off");
    }

    fn count(&self) -> Option<Gauge> {
        let Figures { open, accepted } = self.figures.as_ref()?;
        accepted.inc();
        open.inc();
        Some(open.clone())
    }

    fn connection(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl GracefulConnection<Error = hyper::Error> + Send + use<> {
        let _ = stream.set_nodelay(true);
        let peer = ConnectInfo(peer);
        let service = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        self.builder.serve_connection(TokioIo::new(Paced::new(stream)), service)
    }

    async fn next_connection(&self) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
        // The semaphore is never closed, so there is always a permit to wait for.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, place),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
