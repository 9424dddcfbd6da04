//! The load generator: connections that ask again as soon as they are answered.

use std::{
    borrow::Cow,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::figures::Sample;

/// Requests, as bytes.
pub(super) enum Requests {
    /// Asked again and again; each connection walks through them from another place.
    Ready(Vec<Vec<u8>>),
    /// Each asked once, made from its number, counted from here.
    Numbered(usize, fn(usize, &Context) -> Vec<u8>, Context),
}

/// What numbered requests are made with.
pub(super) struct Context {
    pub(super) token: String,
    /// Users that there were from the start.
    pub(super) users: usize,
}

/// When a run of load ends.
#[derive(Clone, Copy)]
pub(super) enum Until {
    After(Duration),
    /// When so many requests were answered.
    Answered(usize),
}

/// A request of a path with a bearer token.
pub(super) fn request(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// A request with a JSON body, with a bearer token where there is one.
pub(super) fn request_with(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let authorization =
        if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
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
    requests: &Arc<Requests>,
    connections: usize,
    until: Until,
) -> Result<Sample> {
    let start = now();
    let taken = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..connections)
        .map(|number| {
            let (requests, taken) = (Arc::clone(requests), Arc::clone(&taken));
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut times = Vec::with_capacity(10_000);
                for turn in 0_usize.. {
                    let asked = now();
                    let is_over = match until {
                        Until::After(length) => asked >= start + length,
                        Until::Answered(count) => taken.load(Ordering::Relaxed) >= count,
                    };
                    if is_over {
                        break;
                    }
                    let taken = taken.fetch_add(1, Ordering::Relaxed);
                    if matches!(until, Until::Answered(count) if taken >= count) {
                        break;
                    }
                    let request = match &*requests {
                        Requests::Ready(ready) => {
                            let first = number * ready.len() / connections;
                            Cow::Borrowed(&*ready[(first + turn) % ready.len()])
                        }
                        Requests::Numbered(first, make, context) => {
                            Cow::Owned(make(first + taken, context))
                        }
                    };
                    if !connection.ask(&request).await? {
                        // Hashes are computed beside all else, and may come too late; nothing else may.
                        let is_sign_in = request.starts_with(b"POST /api/session");
                        ensure!(is_sign_in, "the server is busy with something else");
                        continue;
                    }
                    times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.context("a connection of the load generator failed")??);
    }
    Ok(Sample { elapsed: start.elapsed(), times })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Asks, and reads the answer whole; it must be a success, or else a refusal for want of time.
    async fn ask(&mut self, request: &[u8]) -> Result<bool> {
        let Self { stream, buffer } = self;
        stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            filled += read;
            let Some(head) = find(&buffer[..filled], b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&buffer[..head]).context("the head is not text")?;
            let is_busy = text.starts_with("HTTP/1.1 503");
            if !text.starts_with("HTTP/1.1 2") && !is_busy {
                bail!("the server answered {}", text.lines().next().unwrap_or_default());
            }
            let length = text
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse::<usize>().ok())
                .unwrap_or(0); // 204 has none.
            let mut missing = (head + 4 + length).saturating_sub(filled);
            while missing > 0 {
                let read = stream.read(buffer).await?;
                if read == 0 {
                    bail!("the answer broke off");
                }
                missing = missing.saturating_sub(read);
            }
            return Ok(!is_busy);
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub(super) fn now() -> Instant {
    Instant::now()
}
