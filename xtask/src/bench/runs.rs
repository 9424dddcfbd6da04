//! The measurements of one store at one size: ours and the limit in turns.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use indicatif::ProgressBar;

use super::{
    Options,
    engine::Engine,
    figures::{Footprint, Measurement, Operation, Results, Sample, median},
    hashing,
    load::{self, Context, Requests, Until, drive, request_with},
    pages,
    subject::{self, Running, Store, Subject, email},
};

/// Connections of the load generator: many for small answers, few for large ones.
const READERS: usize = 32;
const LIST_READERS: usize = 4;

/// Clients that change something: one, and many whose changes can be committed together.
const WRITERS: [usize; 2] = [1, 32];

/// Different users that are asked for in turn, few enough to be remembered.
const ASKED_USERS: usize = 5000;

/// From so many users on, enough of them were never read before.
const ANEW_FROM: usize = 100_000;

/// The size at which the console's pages are measured.
const PAGES_AT: usize = 100_000;

/// Starts of the server, of which the middle one counts.
const STARTS: usize = 5;

/// A run of the benchmark.
pub(super) struct Run<'r> {
    pub(super) options: &'r Options,
    pub(super) bar: &'r ProgressBar,
    pub(super) results: Results,
}

impl Run<'_> {
    pub(super) const STEPS: u64 = 6;

    /// How long a server is driven.
    pub(super) fn length(&self) -> Until {
        Until::After(self.seconds())
    }

    fn seconds(&self) -> Duration {
        Duration::from_secs_f64(self.options.seconds)
    }

    /// Keeps a measurement and shows it at once.
    pub(super) fn add(&mut self, found: Measurement) {
        let Measurement { operation, users, clients, ours, limit, ratio, .. } = &found;
        let line = format!(
            "{}, {users} users, {operation}, {clients} clients: {:.0}/s of {:.0}/s, {ratio:.2}; p50 {:.3} ms, p99 {:.3?} ms",
            found.store.title(),
            ours.rate,
            limit.rate,
            ours.p50,
            ours.p99,
        );
        self.say(&line);
        self.results.measurements.push(found);
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    fn begin(&self, store: Store, users: usize, what: &str) {
        self.bar.set_message(format!("{}, {users} users: {what}", store.title()));
        self.bar.inc(1);
    }

    /// Makes a directory of that size and measures all that is wanted of it.
    pub(super) async fn measure(
        &mut self,
        store: Store,
        postgres: &str,
        users: usize,
    ) -> Result<()> {
        self.begin(store, users, "importing");
        let subject = Subject::make(store, postgres, users)?;
        self.begin(store, users, "starting");
        let mut footprint = footprint(store, users, &subject)?;
        let (server, _) = subject.start()?;
        self.begin(store, users, "reading");
        self.reads(store, &subject, &server, users).await?;
        self.begin(store, users, "changing");
        self.changes(store, postgres, &subject, &server, users).await?;
        self.begin(store, users, "signing in");
        if self.options.wants(Operation::SignIn) {
            self.sign_ins(store, &server, users).await?;
        }
        self.begin(store, users, "the console");
        if users == PAGES_AT && self.options.wants(Operation::UsersPage) {
            pages::measure(self, store, &subject, &server, users).await?;
        }
        if self.options.wants_all() {
            server.body(&load::request("/api/users", &subject.token))?;
            footprint.loaded_mib = Some(server.memory()?);
        }
        let Footprint { import_seconds, start_millis, idle_mib, loaded_mib, .. } = &footprint;
        self.say(&format!(
            "{}, {users} users: import {import_seconds:.1} s, start {start_millis:.1} ms, {idle_mib:.1} MiB idle, {loaded_mib:.1?} MiB after load",
            store.title()
        ));
        self.results.footprints.push(footprint);
        Ok(())
    }

    async fn reads(
        &mut self,
        store: Store,
        subject: &Subject,
        server: &Running,
        users: usize,
    ) -> Result<()> {
        if !self.options.wants(Operation::Read) && !self.options.wants(Operation::List) {
            return Ok(());
        }
        let list = load::request("/api/users", &subject.token);
        let ceiling = subject.start_ceiling(&server.body(&list)?)?;
        let asked = ASKED_USERS.min(users);
        let one = |number: usize| {
            load::request(&format!("/api/users/{}", email(number * users / asked)), &subject.token)
        };
        for (operation, requests, connections) in [
            (Operation::Read, (0..asked).map(one).collect(), READERS),
            (Operation::List, vec![list], LIST_READERS),
        ] {
            if !self.options.wants(operation) {
                continue;
            }
            // All twice beforehand, so that both have warm caches and grown buffers.
            let beforehand = Until::Answered(2 * connections.max(requests.len()));
            let requests = Arc::new(Requests::Ready(requests));
            let (mut ours, mut limit) = (Vec::new(), Vec::new());
            for address in [server.address, ceiling.address] {
                drive(address, &requests, connections, beforehand).await?;
            }
            for _ in 0..self.options.rounds {
                ours.push(drive(server.address, &requests, connections, self.length()).await?);
                limit.push(drive(ceiling.address, &requests, connections, self.length()).await?);
            }
            self.add(Measurement::of(operation, (store, users, connections), &ours, &limit));
        }
        if self.options.wants(Operation::Read) && users >= ANEW_FROM {
            self.reads_anew(store, subject, [server, &ceiling], users).await?;
        }
        Ok(())
    }

    async fn reads_anew(
        &mut self,
        store: Store,
        subject: &Subject,
        [server, ceiling]: [&Running; 2],
        users: usize,
    ) -> Result<()> {
        let mut read = [0; 2];
        let mut samples = [Vec::new(), Vec::new()];
        for _ in 0..self.options.rounds {
            for (place, address) in [server.address, ceiling.address].into_iter().enumerate() {
                let context = Context { token: subject.token.clone(), users };
                let next = Arc::new(Requests::Numbered(read[place], read_one, context));
                let sample = drive(address, &next, READERS, self.length()).await?;
                read[place] += sample.times.len();
                samples[place].push(sample);
            }
        }
        let [ours, limit] = samples;
        self.add(Measurement::of(Operation::ReadAnew, (store, users, READERS), &ours, &limit));
        Ok(())
    }

    async fn changes(
        &mut self,
        store: Store,
        postgres: &str,
        subject: &Subject,
        server: &Running,
        users: usize,
    ) -> Result<()> {
        let operations = [Operation::Create, Operation::Delete, Operation::Update];
        if !operations.into_iter().any(|operation| self.options.wants(operation)) {
            return Ok(());
        }
        let mut engine = Engine::open(store, postgres).await?;
        let mut limit = Vec::new();
        let mut ours: [[Vec<Sample>; WRITERS.len()]; 3] = Default::default();
        let numbered = |first, make| {
            let context = Context { token: subject.token.clone(), users };
            Arc::new(Requests::Numbered(first, make, context))
        };
        let (mut added, mut updated) = (0, 0);
        for round in 0..=self.options.rounds {
            let is_warm = round > 0; // The first round is for caches and files to grow.
            let length = if is_warm { self.seconds() } else { self.seconds() / 4 };
            let commits = engine.commit(length).await?;
            if is_warm {
                limit.push(commits);
            }
            for (place, clients) in WRITERS.into_iter().enumerate() {
                let until = Until::After(length);
                let create = numbered(added, create);
                let created = drive(server.address, &create, clients, until).await?;
                // What was added is deleted again, so that the size stays.
                let count = created.times.len();
                let delete = numbered(added, delete);
                let until_gone = Until::Answered(count);
                let deleted = drive(server.address, &delete, clients, until_gone).await?;
                added += count;
                let update = numbered(updated, update);
                let changed = drive(server.address, &update, clients, until).await?;
                updated += changed.times.len();
                if is_warm {
                    for (samples, sample) in ours.iter_mut().zip([created, deleted, changed]) {
                        samples[place].push(sample);
                    }
                }
            }
        }
        engine.close().await?;
        for (operation, ours) in operations.into_iter().zip(&ours) {
            for (clients, ours) in WRITERS.into_iter().zip(ours) {
                self.add(Measurement::of(operation, (store, users, clients), ours, &limit));
            }
        }
        Ok(())
    }

    async fn sign_ins(&mut self, store: Store, server: &Running, users: usize) -> Result<()> {
        let requests = Arc::new(Requests::Ready(vec![subject::sign_in()]));
        // Enough of them wait that no thread is idle, and fewer than the throttle lets try at once.
        let clients = (2 * hashing::threads()).min(8);
        let (mut ours, mut limit) = (Vec::new(), Vec::new());
        for _ in 0..self.options.rounds {
            ours.push(drive(server.address, &requests, clients, self.length()).await?);
            limit.push(hashing::hash(self.seconds())?);
        }
        self.add(Measurement::of(Operation::SignIn, (store, users, clients), &ours, &limit));
        Ok(())
    }
}

/// Start to first answer on a directory that exists, and memory while nothing happens.
fn footprint(store: Store, users: usize, subject: &Subject) -> Result<Footprint> {
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (running, time) = subject.start()?;
        times.push(time.as_secs_f64() * 1000.0);
        std::thread::sleep(Duration::from_millis(300));
        memory.push(running.memory()?);
    }
    Ok(Footprint {
        store,
        users,
        import_seconds: subject.imported_in.as_secs_f64(),
        start_millis: median(&times),
        idle_mib: median(&memory),
        loaded_mib: None,
    })
}

/// A user who is added somewhere among the others.
fn added(number: usize, users: usize) -> String {
    format!("user{:07}.{number}@bench.example", number * SCATTER % users)
}

/// A prime that shares no factor with the sizes, by which neighbours in time are none in the list.
pub(super) const SCATTER: usize = 7919;

fn read_one(number: usize, context: &Context) -> Vec<u8> {
    let email = email(number * SCATTER % context.users);
    load::request(&format!("/api/users/{email}"), &context.token)
}

fn create(number: usize, context: &Context) -> Vec<u8> {
    let email = added(number, context.users);
    let body = format!(r#"{{"email":"{email}","accountRole":"viewer"}}"#);
    request_with("POST", "/api/users", &context.token, &body)
}

fn delete(number: usize, context: &Context) -> Vec<u8> {
    let email = added(number, context.users);
    request_with("DELETE", &format!("/api/users/{email}"), &context.token, "")
}

/// Another role each time that a user's turn comes.
fn update(number: usize, context: &Context) -> Vec<u8> {
    let email = email(number * SCATTER % context.users);
    let role = ["operator", "editor", "viewer"][number / context.users % 3];
    let body = format!(r#"{{"email":"{email}","accountRole":"{role}"}}"#);
    request_with("PUT", &format!("/api/users/{email}"), &context.token, &body)
}
