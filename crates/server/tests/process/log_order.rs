//! D2: what the kernel was asked for, and in which order: the log is on the disk before a write is
//! acknowledged.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use dqops_users_trust::{Cluster, Ground, Trial, count, promise};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::{
    client::Client,
    place::{Place, Store},
    program::Captured,
    server::Server,
    stage::Stage,
    time::{PATIENCE, eventually},
    vendor,
};

/// An address of this machine that nothing else listens on.
const OWN_ADDRESS: &str = "127.0.0.94";

/// Calls that write, that sync, and that answer.
const CALLS: &str =
    "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync,sync_file_range";

/// Who adds users at once.
const WRITERS: usize = 4;

/// A tracer of processes, until it is stopped.
struct Tracer {
    strace: Child,
    output: PathBuf,
}

impl Tracer {
    /// Follows the processes, and those that they start; why not, where this machine does not let it.
    fn follow(processes: &[Pid], output: &Path) -> Result<Self, String> {
        let mut command = Command::new("strace");
        command.args(["--quiet=exit", "-f", "-y", "-s", "70000", "-e", CALLS, "-o"]).arg(output);
        for process in processes {
            command.args(["-p", &process.as_raw_nonzero().to_string()]);
        }
        let strace = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut strace = strace.spawn().map_err(|error| format!("strace: {error}"))?;
        let said = Captured::from(strace.stderr.take().unwrap());
        let attached = eventually(PATIENCE, "strace attaches", || {
            let text = said.so_far();
            let is_over = strace.try_wait().unwrap().is_some();
            let attached = text.matches(" attached").count() >= processes.len();
            (is_over || attached).then_some(attached && !is_over)
        });
        let tracer = Self { strace, output: output.to_owned() };
        if attached { Ok(tracer) } else { Err(said.whole()) }
    }

    /// Lets the processes go; answers what they did, in order.
    fn stop(mut self) -> Vec<Event> {
        kill_process(Pid::from_child(&self.strace), Signal::INT).unwrap();
        self.strace.wait().unwrap();
        let trace = fs::read(&self.output).unwrap();
        String::from_utf8_lossy(&trace).lines().flat_map(events).collect()
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

/// Something that a process did.
enum Event {
    /// It wrote this to the log, or began to.
    Log(String),
    /// It began to sync the log.
    SyncBegins { process: String },
    /// The log is synced.
    SyncEnds { process: String },
    /// It sent this to a client, or began to.
    Answer(String),
}

/// What a line of strace tells: `PID CALL(FD<FILE>, …) = RESULT`, perhaps in two halves.
fn events(line: &str) -> Vec<Event> {
    let (process, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (process, rest) = (process.to_owned(), rest.trim_start());
    if let Some(resumed) = rest.strip_prefix("<... ") {
        let is_sync = resumed.starts_with("fdatasync") || resumed.starts_with("fsync");
        return if is_sync && resumed.ends_with("= 0") {
            vec![Event::SyncEnds { process }]
        } else {
            Vec::new()
        };
    }
    let (call, args) = rest.split_once('(').unwrap_or((rest, ""));
    let file =
        args.split_once('<').and_then(|(_, file)| file.split_once('>')).map(|(file, _)| file);
    let file = file.unwrap_or_default();
    let is_log = file.ends_with("-wal") || file.contains("/pg_wal/");
    let begins = |process: &String| Event::SyncBegins { process: process.clone() };
    match call {
        "fdatasync" | "fsync" if !is_log => Vec::new(),
        "fdatasync" | "fsync" if args.ends_with("<unfinished ...>") => vec![begins(&process)],
        "fdatasync" | "fsync" if args.ends_with("= 0") => {
            vec![begins(&process), Event::SyncEnds { process }]
        }
        "fdatasync" | "fsync" => panic!("a sync failed: {line}"),
        _ if is_log => vec![Event::Log(args.to_owned())],
        _ if file.starts_with("socket:") || file.starts_with("TCP") => {
            vec![Event::Answer(args.to_owned())]
        }
        _ => Vec::new(),
    }
}

/// What is known of an email: written to the log, being synced by these, on the disk.
#[derive(Default)]
struct Progress {
    is_written: bool,
    syncing: Vec<String>,
    is_durable: bool,
}

/// Makes sure that the user was in the log, and the log synced from after that, before the server
/// began to answer.
#[track_caller]
fn is_durable_before_its_answer(events: &[Event], email: &str) {
    let mut progress = Progress::default();
    for event in events {
        match event {
            Event::Log(bytes) => progress.is_written |= bytes.contains(email),
            Event::SyncBegins { process } if progress.is_written => {
                progress.syncing.push(process.clone());
            }
            Event::SyncEnds { process } => {
                progress.is_durable |= progress.syncing.contains(process);
            }
            Event::Answer(bytes) if bytes.contains("HTTP/1.1 201") && bytes.contains(email) => {
                assert!(progress.is_written, "{email} was answered and is not in the log");
                assert!(progress.is_durable, "{email} was answered before the log was synced");
                return;
            }
            Event::SyncBegins { .. } | Event::Answer(_) => {}
        }
    }
    panic!("strace saw no answer about {email}");
}

/// Adds users, one after the other; answers who they are.
fn write(admin: &Client, name: usize, writes: usize) -> Vec<String> {
    let mut wire = admin.connect().unwrap();
    let add = |number| {
        let email = format!("writer{name}.{number}@example.com");
        let user = json!({"email": email, "accountRole": "viewer"}).to_string();
        let sent = Some(("application/json", user.as_str()));
        wire.ask(admin, "POST", "/api/users", sent).unwrap().gives(201);
        email
    };
    (0..writes).map(add).collect()
}

fn each_write_is_synced(trial: Trial, admin: &Client, processes: &[Pid], folder: &Path) {
    let tracer = match Tracer::follow(processes, &folder.join("trace")) {
        Ok(tracer) => tracer,
        Err(why) => return trial.cannot_be_tried(why),
    };
    let each = count(10, 100);
    let writers: Vec<_> = (0..WRITERS)
        .map(|name| {
            let admin = admin.clone();
            thread::spawn(move || write(&admin, name, each))
        })
        .collect();
    let added: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    // An answer is read before strace has told of it.
    thread::sleep(Duration::from_millis(100));
    let events = tracer.stop();
    let syncs = events.iter().filter(|event| matches!(event, Event::SyncEnds { .. })).count();
    for email in added {
        is_durable_before_its_answer(&events, &email);
        trial.tried(1);
    }
    trial.figure(format!("{syncs} syncs of the log"));
}

#[test]
fn sqlite_syncs_its_log_before_a_write_is_acknowledged() {
    let trial = promise("D2", "strace of the server", Ground::Sqlite);
    let stage = Stage::new(Store::Sqlite);
    let processes = [stage.server.pid()];
    each_write_is_synced(trial, &stage.admin, &processes, stage.place.folder());
}

#[test]
fn postgres_syncs_its_log_before_a_write_is_acknowledged() {
    let trial = promise("D2", "strace of the server and of all of Postgres", Ground::Postgres);
    let Some(binaries) = Cluster::binaries() else {
        return trial.cannot_be_tried("there are no programs of Postgres to start one with");
    };
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&binaries, folder.path(), OWN_ADDRESS).unwrap();
    let place = Place::at(&cluster.url());
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    let server: Server = program.start();
    let admin = server.set_up();
    let mut processes = vec![server.pid()];
    processes.extend(cluster.processes().unwrap());
    each_write_is_synced(trial, &admin, &processes, place.folder());
}
