//! The program as a process: its arguments, its environment, what it prints and how it ends.

use std::{
    env,
    io::{Read, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use serde_json::Value;

use crate::{
    server::Server,
    time::{PATIENCE, eventually},
};

/// The program, not yet started.
pub(crate) struct Program {
    command: Command,
    input: String,
}

/// A process that has ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dqops-users"));
        command.args(args).current_dir(folder).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // The settings of whoever runs the tests are not the test's.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("DQOPS_USERS_") {
                command.env_remove(name);
            }
        }
        Self { command, input: String::new() }
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The same with so many KiB of data at the most.
    pub(crate) fn within_memory(self, kib: u64) -> Self {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -d \"$0\" && exec \"$@\"", &kib.to_string()]);
        limited.arg(self.command.get_program()).args(self.command.get_args());
        limited.current_dir(self.command.get_current_dir().unwrap()).stdin(Stdio::piped());
        limited.stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        Self { command: limited, ..self }
    }

    /// What it reads from standard input.
    pub(crate) fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// The same, started by a shell that first does something to itself.
    pub(crate) fn after(self, shell: &str) -> Self {
        let Self { command: program, input } = self;
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{shell} && exec \"$0\" \"$@\"")).arg(program.get_program());
        command.args(program.get_args()).current_dir(program.get_current_dir().unwrap());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command, input }
    }

    pub(crate) fn spawn(mut self) -> Child {
        self.command.spawn().unwrap()
    }

    /// Starts a server and waits until it listens.
    pub(crate) fn start(self) -> Server {
        Server::new(self.spawn())
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Done {
        let input = self.input.clone();
        let mut child = self.spawn();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (stdout, stderr) = (Captured::from(stdout), Captured::from(stderr));
        let mut stdin = child.stdin.take().unwrap();
        // A program that ends without reading is no failure of ours.
        let writing = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let code = exit_code(&mut child, &stderr);
        writing.join().unwrap();
        Done { code, stdout: stdout.whole(), stderr: stderr.whole() }
    }
}

/// Waits for the end of a process; kills one that does not end.
pub(crate) fn exit_code(child: &mut Child, stderr: &Captured) -> Option<i32> {
    let began = crate::time::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("the process did not end; its standard error: {}", stderr.so_far());
        }
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

impl Done {
    /// It did what was asked; answers its output.
    #[track_caller]
    pub(crate) fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// The same, as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let stdout = self.succeeds();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }

    /// It was refused, said why on standard error, and printed nothing; answers what it said.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        let is_known = |line: &&str| line.starts_with(" WARN the installed licence does not count");
        let mut said = self.stderr.lines().skip_while(is_known);
        assert!(said.next().is_some_and(|line| line.starts_with("error: ")), "{self:?}");
        self.stderr
    }
}

/// What a process writes to a pipe, read as it comes so that the process never waits.
#[derive(Clone)]
pub(crate) struct Captured {
    bytes: Arc<Mutex<Vec<u8>>>,
    reading: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Captured {
    pub(crate) fn from(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let target = Arc::clone(&bytes);
        let reading = thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                target.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self { bytes, reading: Arc::new(Mutex::new(Some(reading))) }
    }

    pub(crate) fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// All of it, once the process has ended.
    pub(crate) fn whole(&self) -> String {
        let reading = self.reading.lock().unwrap().take();
        if let Some(reading) = reading {
            eventually(PATIENCE, "the pipe is closed", || reading.is_finished().then_some(()));
        }
        self.so_far()
    }
}
