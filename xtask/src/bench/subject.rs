//! The release server on one store, with so many users in it.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use super::{
    ceiling::CeilingOptions,
    load::{self, now},
};
use crate::{licence, vendor, workspace};

/// The first admin, by whom everything is asked.
pub(super) const ADMIN: &str = "admin@bench.example";

/// The admin's password.
pub(super) const PASSWORD: &str = "purple turtles dance at noon";

/// Where a directory is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    Sqlite,
    Postgres,
}

impl Store {
    pub(super) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name on the command line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// Its name for people.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        }
    }
}

/// A directory with users, made by the command line of the release binary.
pub(super) struct Subject {
    pub(super) token: String,
    /// How long the import of its users took.
    pub(super) imported_in: Duration,
    folder: TempDir,
    url: String,
    binary: PathBuf,
}

impl Subject {
    /// Makes a directory with an admin and `users` other users.
    pub(super) fn make(store: Store, postgres: &str, users: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = match store {
            Store::Sqlite => format!("sqlite://{}/users.db", folder.path().display()),
            Store::Postgres => make_database(postgres)?,
        };
        let binary = workspace::target()?.join("release/dqops-users");
        let mut subject =
            Self { token: String::new(), imported_in: Duration::ZERO, folder, url, binary };
        let (key_file, _) = vendor::for_tests()?;
        subject.command(&["migrate"])?;
        subject.command(&["licence", "install", &licence::for_bench(&key_file)?])?;
        subject.command(&["recover-admin", ADMIN])?;
        let mut file = "email,accountRole\n".to_owned();
        for number in 0..users {
            let _ = writeln!(file, "{},viewer", email(number));
        }
        let path = subject.folder.path().join("users.csv");
        fs::write(&path, file)?;
        let started = now();
        subject.command(&["user", "import", path.to_str().context("a path")?])?;
        subject.imported_in = started.elapsed();
        subject.set_password()?;
        let token = subject.command(&["api-key", "issue", ADMIN])?;
        token.trim().clone_into(&mut subject.token);
        Ok(subject)
    }

    /// Starts the server and answers how long it took until its first answer.
    pub(super) fn start(&self) -> Result<(Running, Duration)> {
        let address = free_address()?;
        let listen = address.to_string();
        let started = now();
        let child = self.spawn(&["serve", "--listen", &listen])?;
        let running = Running { child, address };
        running.wait_for_answer()?;
        Ok((running, started.elapsed()))
    }

    fn set_password(&self) -> Result<()> {
        let file = self.folder.path().join("password");
        fs::write(&file, PASSWORD)?;
        // A machine that is busy with something else may not hash it in time.
        for _ in 0..5 {
            let mut set = self.program(&["user", "set-password", ADMIN]);
            if set.stdin(fs::File::open(&file)?).stdout(Stdio::null()).status()?.success() {
                return Ok(());
            }
        }
        bail!("no password was set")
    }

    /// Begins a session of the admin, and answers its token.
    pub(super) fn session(running: &Running) -> Result<String> {
        let answer: serde_json::Value = serde_json::from_slice(&running.body(&sign_in())?)?;
        let token = answer["token"].as_str().context("the sign-in has no token")?;
        Ok(token.to_owned())
    }

    /// Starts the bare server with the bytes of this directory's list.
    pub(super) fn start_ceiling(&self, list: &[u8]) -> Result<Running> {
        let path = self.folder.path().join("list.json");
        fs::write(&path, list)?;
        let options =
            CeilingOptions { listen: free_address()?, list: path, token: self.token.clone() };
        let mut child = Command::new(std::env::current_exe()?)
            .arg("bench-ceiling")
            .args(["--listen", &options.listen.to_string(), "--token", &options.token, "--list"])
            .arg(&options.list)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("the bare server's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line.trim() == "listening", "the bare server did not start");
        Ok(Running { child, address: options.listen })
    }

    /// The program with this directory, and with no other setting.
    fn program(&self, args: &[&str]) -> Command {
        let mut command = workspace::bare(&self.binary);
        command.args(args).env("DQOPS_USERS_DATABASE_URL", &self.url);
        command
    }

    fn command(&self, args: &[&str]) -> Result<String> {
        let output = self.program(args).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{args:?} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    fn spawn(&self, args: &[&str]) -> Result<Child> {
        let mut command = self.program(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().context("cannot start the release server")
    }
}

/// A request that signs the admin in.
pub(super) fn sign_in() -> Vec<u8> {
    let body = format!(r#"{{"email":"{ADMIN}","password":"{PASSWORD}"}}"#);
    load::request_with("POST", "/api/session", "", &body)
}

/// The email of a user of the benchmark.
pub(super) fn email(number: usize) -> String {
    format!("user{number:07}@bench.example")
}

impl Drop for Subject {
    /// A million users are a gigabyte: the database goes when it is measured.
    fn drop(&mut self) {
        if let Some((server, name)) =
            self.url.strip_prefix("postgres").and(self.url.rsplit_once('/'))
            && let Err(error) =
                psql(&format!("{server}/postgres"), &format!("DROP DATABASE {name} WITH (FORCE)"))
        {
            eprintln!("the database {name} was not dropped: {error:#}");
        }
    }
}

/// A server that is killed when this is dropped.
pub(super) struct Running {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Running {
    /// Resident memory in MiB.
    pub(super) fn memory(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)).context("no VmRSS")?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }

    /// Asks for a path once and gives the body.
    pub(super) fn body(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address)?;
        let close = String::from_utf8(request.to_vec())?
            .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        stream.write_all(close.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let head = answer.windows(4).position(|window| window == b"\r\n\r\n").context("no head")?;
        ensure!(
            answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.1 201"),
            "{}",
            String::from_utf8_lossy(&answer[..head])
        );
        Ok(answer.split_off(head + 4))
    }

    fn wait_for_answer(&self) -> Result<()> {
        for _ in 0..20_000 {
            if let Ok(mut stream) = TcpStream::connect(self.address) {
                stream.write_all(
                    b"GET /api/ishealthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                )?;
                let mut answer = [0; 12];
                stream.read_exact(&mut answer)?;
                ensure!(&answer == b"HTTP/1.1 200", "the server is not healthy");
                return Ok(());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        bail!("the server did not start")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A database of its own on the server.
pub(super) fn make_database(server: &str) -> Result<String> {
    let name = format!("bench_{}", licence::new_id().simple());
    psql(server, &format!("CREATE DATABASE {name}"))?;
    let (start, _) = server.rsplit_once('/').context("the server's URL has no database")?;
    Ok(format!("{start}/{name}"))
}

/// Runs a statement; answers what it says.
pub(super) fn psql(url: &str, statement: &str) -> Result<String> {
    let psql = crate::postgres::program(Path::new("psql"));
    let output = Command::new(psql).args([url, "-At", "-c", statement]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
