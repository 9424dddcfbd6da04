//! The accept loop: a bound on connections, a bound on the time for a request's head, and an orderly
//! end. `axum::serve` has none of these.

use std::{net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, Request, header},
    response::Response,
};
use dqops_users_metrics::{Counter, Gauge, Metrics};
use dqops_users_web::Stopping;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tower::ServiceExt as _;

use super::pace::Paced;
use crate::stop_signals::StopSignals;

/// How long a client may take to send the head of a request, and a connection to stay idle: with what
/// thousands of them add, less than ten seconds.
const HEADER_TIME: Duration = Duration::from_secs(8);

/// How long the end may take: requests that are being answered then are cut off. All is over within ten
/// seconds.
const DRAIN_TIME: Duration = Duration::from_secs(9);

/// How long connections go on when the server stops, so that whoever is about to send a request gets an
/// answer, which says that it is the last.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// How long nothing more is said of others who wait.
const TELL_AGAIN: Duration = Duration::from_mins(1);

/// After a failed accept, for instance because there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// Where clients come in.
pub(super) struct Entrance {
    listener: TcpListener,
    connections: Connections,
}

/// What connections share.
struct Connections {
    router: Router,
    places: Arc<Semaphore>,
    bound: NonZeroUsize,
    builder: http1::Builder,
    graceful: GracefulShutdown,
    /// Whether these are the last answers.
    ending: Stopping,
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
        let connections = Connections {
            router,
            places: Arc::new(Semaphore::new(max_connections.get())),
            bound: max_connections,
            builder,
            graceful: GracefulShutdown::new(),
            ending: Stopping::default(),
            figures: None,
        };
        Self { listener, connections }
    }

    /// The same, with figures.
    pub(super) fn counted(mut self, metrics: &Metrics) -> Self {
        self.connections.figures = Some(Figures {
            open: metrics.gauge("connections_open", "Connections of clients that are open"),
            accepted: metrics.counter("connections_accepted_total", "Connections accepted"),
        });
        self
    }

    /// Serves connections for as long as it is polled.
    pub(super) async fn serve(&self) {
        let mut told: Option<Instant> = None;
        loop {
            let places = &self.connections.places;
            if places.available_permits() == 0
                && told.is_none_or(|told| told.elapsed() > TELL_AGAIN)
            {
                let bound = self.connections.bound;
                tracing::warn!(bound, "all connections that there may be are open: others wait");
                told = Some(Instant::now());
            }
            // The semaphore is never closed, so there is always a permit to wait for.
            let place = Arc::clone(places).acquire_owned().await.ok();
            let (stream, peer) = self.next_connection().await;
            self.connections.serve(stream, peer, place);
        }
    }

    async fn next_connection(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(connection) => return connection,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Takes no more connections, and lets those that are being answered finish, unless there is a
    /// signal.
    pub(super) async fn close(self, stop: &mut StopSignals) {
        let Self { listener, connections } = self;
        connections.ending.begin();
        connections.serve_those_who_wait(listener);
        tokio::select! {
            () = connections.end() => return,
            () = tokio::time::sleep(DRAIN_TIME) => {}
            () = stop.next() => {}
        }
        tracing::warn!("some requests were still being answered and are cut off");
    }
}

impl Connections {
    fn serve(&self, stream: TcpStream, peer: SocketAddr, place: Option<OwnedSemaphorePermit>) {
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
        let ending = self.ending.clone();
        let service = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = service.map_response(move |mut response: Response| {
            if ending.has_begun() {
                response.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            response
        });
        let service = TowerToHyperService::new(service);
        self.builder.serve_connection(TokioIo::new(Paced::new(stream)), service)
    }

    /// Serves those who have connected and were not looked at yet: closing the listener would reset them.
    fn serve_those_who_wait(&self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                // What is over the bound is served as well; the end waits for those who have a place.
                let place = Arc::clone(&self.places).try_acquire_owned().ok();
                self.serve(stream, peer, place);
            }
        }
    }

    /// Gives all a while to get their last answers, then waits for those who are being answered.
    async fn end(self) {
        let all = u32::try_from(self.bound.get()).unwrap_or(u32::MAX);
        // There is nothing to wait for when no connection holds a place any more.
        let _ = tokio::time::timeout(LAST_ANSWERS, self.places.acquire_many(all)).await;
        self.graceful.shutdown().await;
    }
}
