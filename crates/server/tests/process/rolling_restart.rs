//! A rolling restart of four replicas under load: no client sees an error that goes to whichever replica
//! takes its connection. One that is reset before anything was answered on it was not taken: the system
//! resets those that it never handed to a server, when this closes its door in that very moment.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dqops_users_trust::{Ground, count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, Wire},
    place::Store,
    server::Server,
    stage::Stage,
    time::{PATIENCE, eventually},
    trail::whole_directory,
};

const REPLICAS: usize = 4;

/// Clients that connect for each request, and clients that keep their connection.
const CLIENTS: usize = 4;

/// Requests between two restarts, of all clients together.
const BETWEEN: usize = 200;

/// How soon a replica has ended.
const DRAINED_WITHIN: Duration = Duration::from_secs(10);

/// Where the replicas are now.
type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

/// A client of all replicas, which goes on to the next one when a connection is refused, and only then.
struct Roaming {
    caller: Client,
    addresses: Addresses,
    next: usize,
    keeps: bool,
    wire: Option<Wire>,
    /// Connections that were reset instead of refused.
    resets: Arc<AtomicUsize>,
}

impl Roaming {
    fn connect(&mut self) -> Wire {
        for _ in 0..1_000 {
            self.next += 1;
            let address = {
                let addresses = self.addresses.lock().unwrap();
                addresses[self.next % addresses.len()]
            };
            match self.caller.at(address).connect() {
                Ok(wire) => return wire,
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    self.resets.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => panic!("an error that a client sees: {error}"),
            }
        }
        panic!("no replica takes a connection");
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Reply {
        let kind = if body.is_empty() { None } else { Some(("application/json", body)) };
        loop {
            let kept = self.wire.take();
            let is_new = kept.is_none();
            let mut wire = kept.unwrap_or_else(|| self.connect());
            match wire.ask(&self.caller, method, path, kind) {
                Ok(reply) => {
                    let is_last = reply.find("connection").is_some_and(|value| value == "close");
                    self.wire = Some(wire).filter(|_| self.keeps && !is_last);
                    return reply;
                }
                Err(error) if is_new && error.kind() == ErrorKind::ConnectionReset => {
                    self.resets.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => panic!("an error that a client sees: {error}, new: {is_new}"),
            }
        }
    }
}

/// Adds users and reads them; answers whom it added.
fn work(
    mut client: Roaming,
    name: usize,
    is_over: &AtomicBool,
    asked: &AtomicUsize,
) -> Vec<String> {
    let mut added = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let email = format!("user{name}-{}@example.com", added.len());
        let user = json!({"email": email, "accountRole": "viewer"}).to_string();
        client.ask("POST", "/api/users", &user).gives(201);
        added.push(email);
        client.ask("GET", "/api/users?limit=10", "").gives(200);
        client.ask("GET", "/api/users/admin@example.com", "").gives(200);
        asked.fetch_add(3, Ordering::Relaxed);
    }
    added
}

#[test]
fn no_client_sees_an_error_while_four_replicas_are_restarted_one_by_one() {
    let trial = promise("O2", "a rolling restart of 4 replicas under load", Ground::Postgres);
    let stage = Stage::new(Store::Postgres);
    let mut replicas: Vec<Server> = (0..REPLICAS).map(|_| stage.replica()).collect();
    let addresses = replicas.iter().map(Server::address).collect();
    let addresses: Addresses = Arc::new(Mutex::new(addresses));
    let (is_over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let resets = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..2 * CLIENTS)
        .map(|name| {
            let client = Roaming {
                caller: stage.admin.clone(),
                addresses: Arc::clone(&addresses),
                next: name,
                keeps: name % 2 == 0,
                wire: None,
                resets: Arc::clone(&resets),
            };
            let (is_over, asked) = (Arc::clone(&is_over), Arc::clone(&asked));
            thread::spawn(move || work(client, name, &is_over, &asked))
        })
        .collect();
    let more_are_asked = || {
        let goal = asked.load(Ordering::Relaxed) + BETWEEN;
        eventually(PATIENCE, "more is asked", || {
            let failed = clients.iter().any(thread::JoinHandle::is_finished);
            (failed || asked.load(Ordering::Relaxed) >= goal).then_some(())
        });
    };
    let mut slowest = Duration::ZERO;
    for number in 0..count(4, 100) {
        more_are_asked();
        let old = std::mem::replace(&mut replicas[number % REPLICAS], stage.replica());
        // The old one is not taken off the list before it is told to stop: clients run into its end.
        let (done, took) = old.stop();
        addresses.lock().unwrap()[number % REPLICAS] = replicas[number % REPLICAS].address();
        assert!(!done.stderr.contains("WARN") && !done.stderr.contains("ERROR"), "{}", done.stderr);
        done.succeeds();
        slowest = slowest.max(took);
        trial.tried(1);
    }
    more_are_asked();
    is_over.store(true, Ordering::Relaxed);
    let added: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    assert!(slowest < DRAINED_WITHIN, "{slowest:?}");
    let users = whole_directory(&stage.place);
    assert!(added.iter().all(|email| users.contains_key(email)), "an acknowledged user is lost");
    let (asked, resets) = (asked.load(Ordering::Relaxed), resets.load(Ordering::Relaxed));
    assert!(resets <= count(4, 100), "{resets} were reset: more than one for each restart");
    trial.figure(format!(
        "{asked} requests without an error, {resets} connections reset instead of refused, slowest end {slowest:.1?}"
    ));
}
