//! Many requests at once, and callers who do not stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    client::{Client, Reply, Wire},
    time::{PATIENCE, eventually, now},
};

/// A request and its sender.
pub(crate) struct Request<'c> {
    client: &'c Client,
    method: &'static str,
    path: String,
    body: String,
}

impl<'c> Request<'c> {
    pub(crate) fn get(client: &'c Client, path: &str) -> Self {
        Self { client, method: "GET", path: path.to_owned(), body: String::new() }
    }

    pub(crate) fn delete(client: &'c Client, email: &str) -> Self {
        let path = format!("/api/users/{email}");
        Self { client, method: "DELETE", path, body: String::new() }
    }

    pub(crate) fn create(client: &'c Client, email: &str) -> Self {
        let body = json!({"email": email, "accountRole": "viewer"}).to_string();
        Self { client, method: "POST", path: "/api/users".to_owned(), body }
    }

    pub(crate) fn demote(client: &'c Client, email: &str) -> Self {
        Self::set_role(client, email, "viewer")
    }

    pub(crate) fn set_role(client: &'c Client, email: &str, role: &str) -> Self {
        let body = json!({"email": email, "accountRole": role}).to_string();
        Self { client, method: "PUT", path: format!("/api/users/{email}"), body }
    }

    fn send(&self, wire: &mut Wire) {
        let kind = if self.body.is_empty() { "" } else { "application/json" };
        let head = self.client.head(self.method, &self.path, kind, self.body.len());
        wire.write(&(head + &self.body)).unwrap();
    }
}

/// Sends each request on a connection of its own, all before the first answer is read.
pub(crate) fn volley(requests: &[Request<'_>]) -> Vec<Reply> {
    let mut wires: Vec<_> = requests.iter().map(|one| one.client.connect().unwrap()).collect();
    for (wire, request) in wires.iter_mut().zip(requests) {
        request.send(wire);
    }
    wires.iter_mut().map(|wire| wire.reply().unwrap()).collect()
}

/// What makes a server believe [`sign_ins`] that they come from elsewhere.
pub(crate) const BEHIND_A_PROXY: [&str; 2] = ["--trusted-proxy", "127.0.0.1"];

/// Attempts to sign in, each as somebody else and from elsewhere, so that none of them is throttled. All
/// are sent before the first answer is read.
pub(crate) fn sign_ins(client: &Client, count: usize) -> Vec<Wire> {
    let mut wires: Vec<_> = (0..count).map(|_| client.connect().unwrap()).collect();
    for (number, wire) in wires.iter_mut().enumerate() {
        let email = format!("user{number}@example.com");
        let body = json!({"email": email, "password": "correct horse"}).to_string();
        let client = client.from(&format!("10.0.{}.{}", number / 250, number % 250));
        let head = client.head("POST", "/api/session", "application/json", body.len());
        wire.write(&(head + &body)).unwrap();
    }
    wires
}

/// Tells those who wait for it that something is over, also when it ends by a panic.
pub(crate) struct Ending<'f>(pub(crate) &'f AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What caller after caller reads, each over and over.
const READ: [&str; 3] =
    ["/api/users?limit=1", "/api/users/admin@example.com", "/api/environment/profile"];

/// Whose role one more caller changes, over and over.
pub(crate) const CHANGED: &str = "changed@example.com";

/// How long each waits after an answer, so that they do not take the machine from the server.
const PACE: Duration = Duration::from_micros(300);

/// Callers who read, and one who changes, until they are told to stop.
pub(crate) struct Hammers {
    is_over: Arc<AtomicBool>,
    threads: Vec<(Arc<AtomicUsize>, JoinHandle<Vec<Seen>>)>,
}

/// A request of theirs.
pub(crate) struct Seen {
    pub(crate) began: Instant,
    pub(crate) reply: Reply,
    pub(crate) is_read: bool,
}

impl Hammers {
    /// Starts them, each with one of the credentials, and waits until each was answered `answers` times.
    pub(crate) fn start(credentials: &[Client], answers: usize) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let clients = credentials.iter().cycle().take(READ.len() + 1).cloned().enumerate();
        let threads = clients.map(|(place, client)| {
            let (is_over, answered) = (Arc::clone(&is_over), Arc::new(AtomicUsize::new(0)));
            let counter = Arc::clone(&answered);
            (answered, thread::spawn(move || hammer(&client, place, &is_over, &counter)))
        });
        let hammers = Self { threads: threads.collect(), is_over };
        hammers.wait_for(answers);
        hammers
    }

    /// Waits until each was answered so many times more.
    pub(crate) fn wait_for(&self, answers: usize) {
        for (answered, _) in &self.threads {
            let goal = answered.load(Ordering::Relaxed) + answers;
            eventually(PATIENCE, "the callers are answered", || {
                (answered.load(Ordering::Relaxed) >= goal).then_some(())
            });
        }
    }

    /// Stops them and answers what they saw.
    pub(crate) fn stop(self) -> Vec<Seen> {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|(_, thread)| thread.join().unwrap()).collect()
    }
}

fn hammer(
    client: &Client,
    place: usize,
    is_over: &AtomicBool,
    answered: &AtomicUsize,
) -> Vec<Seen> {
    let mut wire = client.connect().unwrap();
    let mut seen = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let request = match READ.get(place) {
            Some(path) => Request::get(client, path),
            None => Request::set_role(client, CHANGED, ["viewer", "editor"][seen.len() % 2]),
        };
        let began = now();
        request.send(&mut wire);
        let reply = wire.reply().unwrap();
        seen.push(Seen { began, reply, is_read: place < READ.len() });
        answered.fetch_add(1, Ordering::Relaxed);
        thread::sleep(PACE);
    }
    seen
}
