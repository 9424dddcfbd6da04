//! The accept loop: a bound on connections, a bound on the time for a request's head, and an orderly
//! end. `axum::serve` has none of these.

use std::{net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request};
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

/// How long a client may take to send the head of a request, and a connection to stay idle.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a client may take to receive the next part of an answer.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// How long requests that are being answered may take once the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(10);

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
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    loop {
        let next = next_connection(&listener, &places);
        let (stream, peer, place) = tokio::select! {
            connection = next => connection,
            () = stop.next() => break,
        };
        let _ = stream.set_nodelay(true);
        let peer = ConnectInfo(peer);
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIME));
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is no failure of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => return,
        () = tokio::time::sleep(DRAIN_TIME) => {}
        () = stop.next() => {}
    }
    tracing::warn!("some requests were still being answered and are cut off");
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
