//! The accept loop: a bound on connections, a bound on the time for a request's head, and an orderly
//! end. `axum::serve` has none of these.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, Request, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use super::shutdown::StopSignals;

/// How long a client may take to send the head of a request, and a connection to stay idle: with what
/// the system adds, less than ten seconds.
const HEADER_TIME: Duration = Duration::from_secs(9);

/// How long a client may take to receive the next part of an answer.
const WRITE_TIME: Duration = Duration::from_secs(9);

/// How long the end may take: requests that are being answered then are cut off.
const DRAIN_TIME: Duration = Duration::from_secs(9);

/// How long connections go on when the server stops, so that whoever is about to send a request gets an
/// answer, which says that it is the last.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// After a failed accept, for instance because there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves connections until a signal to stop, then lets those that are being answered finish, unless
/// there is another signal.
pub(super) async fn until(
    mut stop: StopSignals,
    listener: TcpListener,
    router: Router,
    max_connections: NonZeroUsize,
) {
    let places = Arc::new(Semaphore::new(max_connections.get()));
    let connections = Connections::new(router);
    loop {
        let next = next_connection(&listener, &places);
        let (stream, peer, place) = tokio::select! {
            connection = next => connection,
            () = stop.next() => break,
        };
        connections.serve(stream, peer, place);
    }
    connections.is_ending.store(true, Ordering::Relaxed);
    serve_those_who_wait(listener, &connections);
    let all = u32::try_from(max_connections.get()).unwrap_or(u32::MAX);
    let end = async {
        // There is nothing to wait for when no connection holds a place any more.
        let _ = tokio::time::timeout(LAST_ANSWERS, places.acquire_many(all)).await;
        connections.graceful.shutdown().await;
    };
    tokio::select! {
        () = end => return,
        () = tokio::time::sleep(DRAIN_TIME) => {}
        () = stop.next() => {}
    }
    tracing::warn!("some requests were still being answered and are cut off");
}

/// What connections share.
struct Connections {
    router: Router,
    builder: http1::Builder,
    graceful: GracefulShutdown,
    /// Whether the server is about to end.
    is_ending: Arc<AtomicBool>,
}

impl Connections {
    fn new(router: Router) -> Self {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
        let (graceful, is_ending) = (GracefulShutdown::new(), Arc::default());
        Self { router, builder, graceful, is_ending }
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, place: Option<OwnedSemaphorePermit>) {
        let _ = stream.set_nodelay(true);
        let peer = ConnectInfo(peer);
        let is_ending = Arc::clone(&self.is_ending);
        let service = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = service.map_response(move |mut response: Response| {
            if is_ending.load(Ordering::Relaxed) {
                response.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            response
        });
        let service = TowerToHyperService::new(service);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIME));
        let connection = self.builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is no failure of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Serves those who have connected and were not looked at yet: closing the listener would reset them.
fn serve_those_who_wait(listener: TcpListener, connections: &Connections) {
    let Ok(listener) = listener.into_std() else { return };
    while let Ok((stream, peer)) = listener.accept() {
        let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
        if let Ok(stream) = stream {
            connections.serve(stream, peer, None);
        }
    }
}

async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a permit to wait for.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
