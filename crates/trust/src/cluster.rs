//! A Postgres of its own, which a test may fill, stop, break and start again.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// The environment that names the folder of the server's programs.
pub const BINARIES: &str = "TEST_POSTGRES_BINARIES";

/// Settings of every cluster.
const SETTINGS: &str = "-c max_connections=300";

/// A cluster in a folder, and its server. It is stopped when this is dropped; the folder is the caller's.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    binaries: PathBuf,
    owner: Option<(u32, u32)>,
    address: String,
    port: u16,
}

impl Cluster {
    /// Makes a cluster in an empty folder and starts its server, which listens on a free port of the
    /// address.
    ///
    /// # Errors
    /// When a program fails: what it said.
    pub fn start(binaries: &Path, folder: &Path, address: &str) -> io::Result<Self> {
        // Postgres refuses to run as root, so root lends the folder to somebody else.
        let owner = geteuid().is_root().then(unprivileged).transpose()?;
        if let Some((user, group)) = owner {
            chown(folder, Some(user), Some(group))?;
        }
        let port = TcpListener::bind((address, 0))?.local_addr()?.port();
        let (folder, binaries) = (folder.to_owned(), binaries.to_owned());
        let cluster = Self { folder, binaries, owner, address: address.to_owned(), port };
        let encoding = ["-E", "UTF8", "--locale=C", "-A", "trust", "-U", "dqops", "--no-sync"];
        cluster.run("initdb", &encoding)?;
        cluster.start_again()?;
        Ok(cluster)
    }

    /// The folder of the server's programs, where whoever runs the tests named one.
    #[must_use]
    pub fn binaries() -> Option<PathBuf> {
        std::env::var_os(BINARIES).map(PathBuf::from)
    }

    /// The database of the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://dqops@{}:{}/postgres", self.address, self.port)
    }

    /// The server's first process.
    ///
    /// # Errors
    /// When it does not run.
    pub fn postmaster(&self) -> io::Result<Pid> {
        let text = fs::read_to_string(self.data().join("postmaster.pid"))?;
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        pid.and_then(Pid::from_raw).ok_or_else(|| io::Error::other("postmaster.pid is empty"))
    }

    /// Ends the server's first process as a lack of memory would; the others notice and end too.
    ///
    /// # Errors
    /// When it does not run.
    pub fn crash(&self) -> io::Result<()> {
        Ok(kill_process(self.postmaster()?, Signal::KILL)?)
    }

    /// Stops the server, which ends all connections.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stop(&self) -> io::Result<()> {
        self.run("pg_ctl", &["-m", "fast", "-w", "stop"])
    }

    /// Starts the server, on the same port.
    ///
    /// # Errors
    /// When it does not start, for instance because processes of the last one have not ended yet.
    pub fn start_again(&self) -> io::Result<()> {
        let (port, folder, address) = (self.port, self.folder.display(), &self.address);
        let options = format!("-p {port} -k {folder} -c listen_addresses={address} {SETTINGS}");
        let log = self.folder.join("log").display().to_string();
        self.run("pg_ctl", &["-l", &log, "-o", &options, "-w", "start"])
    }

    /// The processes of the server, its first one first.
    ///
    /// # Errors
    /// When it does not run.
    pub fn processes(&self) -> io::Result<Vec<Pid>> {
        let first = self.postmaster()?;
        let number = first.as_raw_nonzero();
        let children = fs::read_to_string(format!("/proc/{number}/task/{number}/children"))?;
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        Ok([first].into_iter().chain(children.filter_map(Pid::from_raw)).collect())
    }

    /// Stops all its processes where they are.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze(&self) -> io::Result<()> {
        // The first one first, so that it starts no others.
        self.signal_all(Signal::STOP)
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal_all(Signal::CONT)
    }

    fn signal_all(&self, signal: Signal) -> io::Result<()> {
        let first = self.postmaster()?;
        kill_process(first, signal)?;
        for process in self.processes()? {
            // Some may have ended in the meantime.
            let _ = kill_process(process, signal);
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, program: &str, args: &[&str]) -> io::Result<()> {
        let mut command = Command::new(self.binaries.join(program));
        command.arg("-D").arg(self.data()).args(args).current_dir(&self.folder);
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("{program} failed: {}", said.trim())))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.postmaster().is_ok() {
            // What is frozen cannot be told to stop.
            let _ = self.thaw();
            let _ = self.run("pg_ctl", &["-m", "immediate", "-w", "stop"]);
        }
    }
}

/// A user and group without privileges: Postgres' own where there is one, else nobody.
fn unprivileged() -> io::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            let (name, user, group) = (fields.first()?, fields.get(2)?, fields.get(3)?);
            (*name == wanted).then_some((user.parse().ok()?, group.parse().ok()?))
        })
    };
    let found = find("postgres").or_else(|| find("nobody"));
    found.ok_or_else(|| io::Error::other("there is no user postgres or nobody"))
}
