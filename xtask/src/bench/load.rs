//! The load generator: connections that ask again as soon as they are answered.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Requests, ready as bytes; each connection walks through them from another place.
pub(super) type Requests = Arc<Vec<Vec<u8>>>;

/// What one run of load found.
pub(super) struct Measured {
    /// Answers in a second.
    pub(super) rate: f64,
    /// Microseconds of the 50th and the 99th of a hundred answers.
    pub(super) p50: u32,
    pub(super) p99: u32,
}

/// A request of a path with a bearer token.
pub(super) fn request(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// A request of a page with a session, as a browser sends it.
pub(super) fn page_request(path: &str, session: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\
         Cookie: dqops_users_session={session}\r\n\r\n"
    )
    .into_bytes()
}

/// Drives a server for a while.
pub(super) async fn drive(
    address: SocketAddr,
    requests: &Requests,
    connections: usize,
    length: Duration,
) -> Result<Measured> {
    let start = now();
    let tasks: Vec<_> = (0..connections)
        .map(|number| {
            let requests = Arc::clone(requests);
            tokio::spawn(async move {
                let first = number * requests.len() / connections;
                ask_until(address, &requests, first, start + length).await
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.context("a connection of the load generator failed")??);
    }
    let elapsed = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        #[expect(clippy::cast_precision_loss, reason = "millions fit")]
        let index = (times.len() as f64 * part) as usize;
        times.get(index.min(times.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    #[expect(clippy::cast_precision_loss, reason = "millions fit")]
    let rate = times.len() as f64 / elapsed;
    Ok(Measured { rate, p50: at(0.5), p99: at(0.99) })
}

async fn ask_until(
    address: SocketAddr,
    requests: &[Vec<u8>],
    first: usize,
    end: Instant,
) -> Result<Vec<u32>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut times = Vec::with_capacity(100_000);
    for request in requests.iter().cycle().skip(first) {
        let asked = now();
        if asked >= end {
            break;
        }
        connection.write_all(request).await?;
        read_answer(&mut connection, &mut buffer).await?;
        times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(times)
}

/// Reads one answer whole; it must be a 200 with a length.
pub(super) async fn read_answer(connection: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let read = connection.read(&mut buffer[filled..]).await?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        filled += read;
        let Some(head) = find(&buffer[..filled], b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).context("the head is not text")?;
        if !text.starts_with("HTTP/1.1 200") {
            bail!("the server answered {}", text.lines().next().unwrap_or_default());
        }
        let length = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok())
            .context("the answer has no length")?;
        let mut missing = (head + 4 + length).saturating_sub(filled);
        while missing > 0 {
            let read = connection.read(buffer).await?;
            if read == 0 {
                bail!("the answer broke off");
            }
            missing = missing.saturating_sub(read);
        }
        return Ok(());
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(super) fn now() -> Instant {
    Instant::now()
}
