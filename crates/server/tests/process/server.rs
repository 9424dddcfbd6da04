//! A running server.

use std::{
    fs,
    net::SocketAddr,
    process::Child,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::{
    client::Client,
    program::{Captured, Done, exit_code},
    time::{PATIENCE, eventually, now, timed},
};

/// The first admin of most tests; the banner proposes it.
pub(crate) const ADMIN: &str = "admin@example.com";

pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    stdout: Captured,
    stderr: Captured,
    /// How long it took from its start until it listened.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Waits until the process listens; one that ends instead fails the test.
    #[track_caller]
    pub(crate) fn new(mut child: Child) -> Self {
        let began: Instant = now();
        let stdout = Captured::from(child.stdout.take().unwrap());
        let stderr = Captured::from(child.stderr.take().unwrap());
        let address = eventually(PATIENCE, "the server listens", || {
            let log = stderr.so_far();
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {ended:?} {}", stderr.whole());
            address_in(&log, "listening")
        });
        Self { child, address, stdout, stderr, ready_after: began.elapsed() }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client without a credential.
    pub(crate) const fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn client(&self, key: &str) -> Client {
        self.anonymous().by(key)
    }

    /// What it printed when it was ready.
    pub(crate) fn banner(&self) -> String {
        eventually(PATIENCE, "the banner is printed", || {
            Some(self.stdout.so_far()).filter(|text| text.ends_with("\n\n"))
        })
    }

    /// The set-up code that it printed, if it did.
    pub(crate) fn setup_code(&self) -> Option<String> {
        let banner = self.banner();
        let at = banner.find("dqu_setup_")?;
        banner[at..].split_ascii_whitespace().next().map(str::to_owned)
    }

    /// Makes the first admin.
    pub(crate) fn set_up(&self) -> Client {
        let code = self.setup_code().unwrap();
        let sent = json!({"code": code, "email": ADMIN});
        let done = self.anonymous().post("/api/setup", &sent).gives(201).json();
        self.client(done["apiKey"].as_str().unwrap())
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.so_far()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Tells it to stop; answers how it ended and how long that took.
    pub(crate) fn stop(mut self) -> (Done, Duration) {
        self.signal(Signal::TERM);
        timed(|| self.end())
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> Done {
        let code = exit_code(&mut self.child, &self.stderr);
        Done { code, stdout: self.stdout.whole(), stderr: self.stderr.whole() }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// For how many ticks of the clock, of a hundredth of a second, each thread that hashes ran so far.
    pub(crate) fn hashing_threads(&self) -> Vec<u64> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let ticks = threads.filter_map(|thread| {
            let stat = fs::read_to_string(thread.ok()?.path().join("stat")).ok()?;
            let (name, figures) = stat.rsplit_once(") ")?;
            let figures: Vec<_> = figures.split(' ').collect();
            let ticks = |field: usize| figures.get(field)?.parse::<u64>().ok();
            name.ends_with("(hashing").then_some(ticks(11)? + ticks(12)?)
        });
        ticks.collect()
    }

    /// A figure of `/proc/PID/status`, in KiB.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line of a message, as JSON or as text.
pub(crate) fn address_in(log: &str, message: &str) -> Option<SocketAddr> {
    let (complete, _) = log.rsplit_once('\n')?;
    let line = complete.lines().find(|line| line.contains(message))?;
    match serde_json::from_str::<Value>(line) {
        Ok(line) => line["address"].as_str()?.parse().ok(),
        Err(_) => line.split("address=").nth(1)?.split_whitespace().next()?.parse().ok(),
    }
}
