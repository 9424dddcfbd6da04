//! A way to Postgres that can be cut, go silent, be slow, or lose the answer to a commit.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// An address of this machine that nothing else listens on, so that nobody takes the port meanwhile.
const OWN_ADDRESS: &str = "127.0.0.93:0";

/// What Postgres answers to a commit that is done.
const COMMITTED: &[u8] = b"COMMIT\0";

/// What is wrong with the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Nobody listens.
    Cut,
    /// The next answer to a commit is lost together with its connection.
    LoseCommit,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    way: Arc<Way>,
    listening: Option<JoinHandle<()>>,
}

struct Way {
    postgres: SocketAddr,
    fault: Mutex<Fault>,
    open: Mutex<Vec<TcpStream>>,
    /// Connections so far.
    count: AtomicUsize,
    /// Nothing comes through the connections that are numbered below this.
    silent_below: AtomicUsize,
    /// Microseconds for which everything is held back, each way.
    delay: AtomicU64,
}

impl Proxy {
    /// A way to the server of a `postgres://` URL.
    pub(crate) fn to(url: &str) -> Self {
        let (_, authority, _) = parts(url);
        let host = authority.rsplit('@').next().unwrap();
        let postgres = host.to_socket_addrs().unwrap().next().unwrap();
        let way = Arc::new(Way {
            postgres,
            fault: Mutex::new(Fault::None),
            open: Mutex::default(),
            count: AtomicUsize::new(0),
            silent_below: AtomicUsize::new(0),
            delay: AtomicU64::new(0),
        });
        let listener = TcpListener::bind(OWN_ADDRESS).unwrap();
        let mut proxy = Self { address: listener.local_addr().unwrap(), way, listening: None };
        proxy.listen(listener);
        proxy
    }

    /// The URL by which the database is reached this way.
    pub(crate) fn url(&self, url: &str) -> String {
        let (start, authority, rest) = parts(url);
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        format!("{start}{user}@{}{rest}", self.address)
    }

    /// Ends all connections and refuses new ones.
    pub(crate) fn cut(&mut self) {
        self.way.set(Fault::Cut);
        // The listener notices when somebody comes.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            listening.join().unwrap();
        }
        self.way.close_all();
    }

    /// Accepts connections, but lets nothing through them and through those of before.
    pub(crate) fn go_silent(&self) {
        self.way.silent_below.store(usize::MAX, Ordering::Relaxed);
    }

    /// Lets new connections through again; those of before stay silent.
    pub(crate) fn restore_for_new(&self) {
        let count = self.way.count.load(Ordering::Relaxed);
        self.way.silent_below.store(count, Ordering::Relaxed);
    }

    /// Holds everything back for so long, each way.
    pub(crate) fn slow_down(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap();
        self.way.delay.store(micros, Ordering::Relaxed);
    }

    /// Loses the next answer to a commit.
    pub(crate) fn lose_commit(&self) {
        self.way.set(Fault::LoseCommit);
    }

    /// Whether what was to be lost is lost.
    pub(crate) fn is_sound(&self) -> bool {
        self.way.fault() == Fault::None
    }

    /// The same, but those of before are gone.
    pub(crate) fn restore(&mut self) {
        self.restore_for_new();
        self.way.set(Fault::None);
        self.way.close_all();
        if self.listening.is_none() {
            self.listen(TcpListener::bind(self.address).unwrap());
        }
    }

    fn listen(&mut self, listener: TcpListener) {
        let way = Arc::clone(&self.way);
        self.listening = Some(thread::spawn(move || {
            for client in listener.incoming() {
                if way.fault() == Fault::Cut {
                    return;
                }
                connect(&way, client.unwrap());
            }
        }));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

impl Way {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn close_all(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whether this answer is the one to lose; it is so only once.
    fn loses(&self, answer: &[u8]) -> bool {
        let mut fault = self.fault.lock().unwrap();
        let is_commit = answer.windows(COMMITTED.len()).any(|window| window == COMMITTED);
        let loses = *fault == Fault::LoseCommit && is_commit;
        if loses {
            *fault = Fault::None;
        }
        loses
    }
}

/// A URL's scheme, its authority, and the rest.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").unwrap() + 3;
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    (&url[..start], &url[start..end], &url[end..])
}

fn connect(way: &Arc<Way>, client: TcpStream) {
    let postgres = TcpStream::connect(way.postgres).unwrap();
    let number = way.count.fetch_add(1, Ordering::Relaxed);
    let copy = |stream: &TcpStream| stream.try_clone().unwrap();
    way.open.lock().unwrap().extend([copy(&client), copy(&postgres)]);
    for (mut from, mut to, is_answer) in
        [(copy(&client), copy(&postgres), false), (postgres, client, true)]
    {
        let way = Arc::clone(way);
        thread::spawn(move || {
            pass_on(&way, number, &mut from, &mut to, is_answer);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

fn pass_on(way: &Way, number: usize, from: &mut TcpStream, to: &mut TcpStream, is_answer: bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..length];
        if is_answer && way.loses(bytes) {
            return;
        }
        thread::sleep(Duration::from_micros(way.delay.load(Ordering::Relaxed)));
        let is_silent = number < way.silent_below.load(Ordering::Relaxed);
        if !is_silent && to.write_all(bytes).is_err() {
            return;
        }
    }
}
