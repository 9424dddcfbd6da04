//! O2: thousands of slow clients of every kind are dropped in time, and nobody else waits for them; and
//! connections that are kept open do not hold up the end.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use dqops_users_trust::{count, is_full, promise};
use rustix::{
    net::sockopt::set_socket_recv_buffer_size,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};

use crate::{
    client::{Client, Wire, patiently},
    place::{Store, on_both_stores},
    shutdown::begin_to_add,
    stage::Stage,
    time::{now, percentile, spare, timed},
};

on_both_stores!(
    slow_clients_are_dropped_and_others_do_not_wait_for_them,
    idle_connections_do_not_hold_up_the_end_and_what_is_in_flight_is_finished,
);

/// How soon a slow client is dropped, and how soon the server has ended.
const PROMISED: Duration = Duration::from_secs(10);

/// How fast others are answered, 99 times of 100.
const FAST: Duration = Duration::from_millis(250);

/// A slow client sends a byte so often.
const TRICKLE: Duration = Duration::from_millis(400);

/// A large page, so that several do not fit on the way to a client that does not read.
const LARGE: &str = "/swagger-ui/swagger-ui-bundle.js";

/// How a client is slow.
#[derive(Clone, Copy, Debug)]
enum Slowness {
    /// It says nothing.
    Silent,
    /// It sends the head byte by byte.
    Head,
    /// It sends the head at once, and the body byte by byte.
    Body,
    /// It asks for much and does not read.
    NotReading,
}

struct Slow {
    slowness: Slowness,
    stream: TcpStream,
    began: Instant,
    dropped_after: Option<Duration>,
}

impl Slow {
    fn new(admin: &Client, slowness: Slowness) -> Self {
        let mut stream = TcpStream::connect(admin.address()).unwrap();
        // Else the system reads megabytes in the client's place, and that is not slow.
        set_socket_recv_buffer_size(&stream, 4096).unwrap();
        let began = now();
        let first = match slowness {
            Slowness::Silent => String::new(),
            Slowness::Head => "GET /api/ishealthy HTTP/1.1\r\nX-Slow: ".to_owned(),
            Slowness::Body => admin.head("POST", "/api/users", "application/json", 10_000),
            Slowness::NotReading => admin.head("GET", LARGE, "", 0).repeat(8),
        };
        stream.write_all(first.as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self { slowness, stream, began, dropped_after: None }
    }

    /// Goes on being slow, if it was not dropped.
    fn go_on(&mut self) {
        if self.dropped_after.is_some() {
            return;
        }
        let is_gone = match self.slowness {
            Slowness::Silent => is_closed(&mut self.stream),
            // White space before a body's first token is a body as well.
            Slowness::Head | Slowness::Body => {
                is_closed(&mut self.stream) || self.stream.write_all(b" ").is_err()
            }
            // It does not read, so it learns of its end by what it may not send any more.
            Slowness::NotReading => self.stream.write_all(b"\r\n").is_err_and(|error| {
                matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
            }),
        };
        self.dropped_after = is_gone.then(|| self.began.elapsed());
    }
}

/// Whether the server said its last word; an answer before that does not count.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// Raises the number of files that this process may have open; what hinders, if something does.
fn may_open(files: u64) -> Result<(), String> {
    let limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|maximum| maximum < files) {
        return Err(format!("a process may open {:?} files; this takes {files}", limit.maximum));
    }
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| error.to_string())
}

/// Somebody who asks one thing after the other, on connections new and old, and again what is refused
/// while thousands come at once; answers how long each took, and how many were refused.
fn well_behaved(admin: &Client, time: Duration) -> JoinHandle<(Vec<Duration>, usize)> {
    let admin = admin.clone();
    thread::spawn(move || {
        let began = now();
        let mut kept = admin.connect().unwrap();
        let (mut took, mut refused) = (Vec::new(), 0);
        while began.elapsed() < time {
            let path = ["/api/users/admin@example.com", "/api/users?limit=10"][took.len() % 2];
            let mut ask = || match took.len() % 4 {
                0 => admin.add(&format!("user{}@example.com", took.len()), "viewer"),
                1 => kept.ask(&admin, "GET", path, None).unwrap(),
                _ => admin.get(path),
            };
            let asked = timed(|| {
                patiently(|| {
                    let reply = ask();
                    refused += usize::from(reply.is_overloaded());
                    reply
                })
            });
            assert!(matches!(asked.0.status, 200 | 201), "{:?}", asked.0);
            took.push(asked.1);
            thread::sleep(Duration::from_millis(5));
        }
        (took, refused)
    })
}

fn slow_clients_are_dropped_and_others_do_not_wait_for_them(store: Store) {
    let trial = promise("O2", "slow clients", store.ground());
    let clients = count(200, 5_000);
    if let Err(why) = may_open(2 * clients as u64 + 1_000) {
        return trial.cannot_be_tried(why);
    }
    let stage = Stage::new(store);
    // With ordinary counts nobody waits for the end of all of them.
    let time = if is_full() { PROMISED + Duration::from_secs(3) } else { Duration::from_secs(1) };
    let others = well_behaved(&stage.admin, time);
    let mut slow: Vec<_> = (0..clients)
        .map(|number| {
            let slowness = match number % 20 {
                0 => Slowness::NotReading,
                1..=3 => Slowness::Silent,
                4..=11 => Slowness::Head,
                _ => Slowness::Body,
            };
            Slow::new(&stage.admin, slowness)
        })
        .collect();
    // The last of them came seconds after the first.
    let is_late = |slow: &Slow| slow.began.elapsed() > PROMISED;
    let is_over = |slow: &[Slow]| {
        !is_full() || slow.iter().all(|slow| slow.dropped_after.is_some() || is_late(slow))
    };
    while !others.is_finished() || !is_over(&slow) {
        let ((), took) = timed(|| slow.iter_mut().for_each(Slow::go_on));
        thread::sleep(TRICKLE.saturating_sub(took));
    }
    let (mut took, refused) = others.join().unwrap();
    took.sort();
    let p99 = percentile(&took, 99);
    assert!(p99 < FAST + spare(), "others waited {p99:?}");
    if is_full() {
        let late = |slow: &&Slow| slow.dropped_after.is_none_or(|after| after >= PROMISED);
        let late: Vec<_> =
            slow.iter().filter(late).map(|slow| (slow.slowness, slow.dropped_after)).collect();
        assert!(
            late.is_empty(),
            "{} were not dropped in time: {:?}",
            late.len(),
            &late[..9.min(late.len())]
        );
        let latest = slow.iter().filter_map(|slow| slow.dropped_after).max();
        trial.figure(format!("the last one dropped after {:.1?}", latest.unwrap()));
    }
    let asked = took.len();
    trial.tried(if is_full() { clients } else { asked });
    let memory = stage.server.memory("VmHWM") / 1024;
    let log = stage.server.log();
    // Of thousands who come in one moment some may be refused, but hardly one who is not slow.
    let is_bad = |line: &&str| line.contains("WARN") && !line.contains("requests were refused");
    assert!(!log.contains("panic") && !log.contains("ERROR"), "{log}");
    assert_eq!(log.lines().find(is_bad), None);
    assert!(refused * 100 <= asked, "{refused} of {asked} were refused");
    trial.figure(format!(
        "{asked} requests of others, p99 {p99:.0?}, {refused} refused at first; memory {memory} MiB at the most"
    ));
}

fn idle_connections_do_not_hold_up_the_end_and_what_is_in_flight_is_finished(store: Store) {
    let trial = promise("O2", "SIGTERM with idle connections kept alive", store.ground());
    let connections = count(100, 2_000);
    if let Err(why) = may_open(2 * connections as u64 + 1_000) {
        return trial.cannot_be_tried(why);
    }
    let mut stage = Stage::new(store);
    let mut idle: Vec<Wire> = (0..connections).map(|_| stage.admin.connect().unwrap()).collect();
    for wire in &mut idle {
        wire.ask(&stage.admin, "GET", "/api/ishealthy", None).unwrap().gives(200);
    }
    let body = r#"{"email":"late@example.com","accountRole":"viewer"}"#;
    let mut late = begin_to_add(&stage, body.len());
    stage.server.signal(rustix::process::Signal::TERM);
    late.write(body).unwrap();
    late.reply().unwrap().gives(201);
    let (done, took) = timed(|| stage.server.end());
    assert!(took < PROMISED, "{took:?}");
    assert!(!done.stderr.contains("WARN"), "{}", done.stderr);
    done.succeeds();
    for mut wire in idle {
        wire.reply().unwrap_err();
        trial.tried(1);
    }
    assert!(stage.place.cli(&["user", "list"]).succeeds().contains("late@example.com"));
    trial.figure(format!("ended after {took:.1?}"));
}
