//! A Postgres for tests: the one that was given, or a private cluster in a temporary folder.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::geteuid;
use tempfile::TempDir;

/// The environment that names a server whose user may create databases.
pub(crate) const VARIABLE: &str = "TEST_POSTGRES_URL";

const OLDEST_VERSION: u32 = 15;

/// A server that can be used until this is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    private: Option<Cluster>,
}

impl Server {
    /// The server that was given, else a private one.
    pub(crate) fn get() -> Result<Self> {
        if let Ok(url) = env::var(VARIABLE)
            && !url.is_empty()
        {
            return Ok(Self { url, private: None });
        }
        let cluster = Cluster::start(&binaries()?)?;
        let url = format!("postgres://dqops@127.0.0.1:{}/postgres", cluster.port);
        Ok(Self { url, private: Some(cluster) })
    }

    /// Whether it was started for this task.
    pub(crate) const fn is_private(&self) -> bool {
        self.private.is_some()
    }
}

struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    owner: Option<(u32, u32)>,
    port: u16,
}

impl Cluster {
    fn start(binaries: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("dqops-users-postgres").tempdir()?;
        // Postgres refuses to run as root, so root lends the folder to somebody else.
        let owner = geteuid().is_root().then(unprivileged).transpose()?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cluster = Self { folder, binaries: binaries.to_owned(), owner, port };
        let data = cluster.folder.path().join("data");
        let encoding = ["-E", "UTF8", "--locale=C", "-A", "trust", "-U", "dqops"];
        cluster.run("initdb", &[&["-D", path(&data)?], &encoding[..]].concat())?;
        let log = cluster.folder.path().join("log");
        let sockets = path(cluster.folder.path())?;
        let options =
            format!("-p {port} -k {sockets} -c listen_addresses=127.0.0.1 -c max_connections=300");
        cluster.run(
            "pg_ctl",
            &["-D", path(&data)?, "-l", path(&log)?, "-o", &options, "-w", "start"],
        )?;
        Ok(cluster)
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<()> {
        let mut command = Command::new(self.binaries.join(program));
        command.args(args).current_dir(self.folder.path());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let output = command.output().with_context(|| format!("cannot run {program}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} failed: {}", said.trim());
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        if let Ok(data) = path(&data)
            && let Err(error) = self.run("pg_ctl", &["-D", data, "-m", "immediate", "-w", "stop"])
        {
            eprintln!("the private Postgres did not stop: {error:#}");
        }
    }
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("the temporary folder's name is not UTF-8")
}

/// A user and group without privileges: Postgres' own where there is one, else nobody.
fn unprivileged() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            let (name, user, group) = (fields.first()?, fields.get(2)?, fields.get(3)?);
            (*name == wanted).then_some((user.parse().ok()?, group.parse().ok()?))
        })
    };
    find("postgres").or_else(|| find("nobody")).context("there is no user postgres or nobody")
}

/// A client program: beside the server's where there is one, else from the path.
pub(crate) fn program(name: &Path) -> PathBuf {
    let beside = find_binaries().map(|folder| folder.join(name)).filter(|file| file.exists());
    beside.unwrap_or_else(|| name.to_owned())
}

/// The folder of the server's programs, installed if they are missing and may be.
fn binaries() -> Result<PathBuf> {
    if let Some(found) = find_binaries() {
        return Ok(found);
    }
    install()?;
    find_binaries().with_context(missing)
}

fn missing() -> String {
    format!(
        "no PostgreSQL {OLDEST_VERSION} or later for the tests: install its server (on Debian: apt-get install postgresql), or set {VARIABLE} to a server whose user may create databases"
    )
}

fn find_binaries() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    for parent in ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt"] {
        let versions = fs::read_dir(parent).into_iter().flatten().flatten();
        let mut found: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
        found.sort();
        folders.extend(found.into_iter().rev());
    }
    folders
        .extend(["/usr/pgsql-18/bin", "/usr/pgsql-17/bin", "/usr/pgsql-16/bin"].map(PathBuf::from));
    folders
        .into_iter()
        .find(|folder| folder.join("pg_ctl").exists() && is_new_enough(folder))
        .and_then(|folder| {
            fs::canonicalize(folder.join("pg_ctl")).ok()?.parent().map(Path::to_owned)
        })
}

fn is_new_enough(folder: &Path) -> bool {
    let said = Command::new(folder.join("pg_ctl")).arg("--version").output();
    let Ok(output) = said else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().find_map(|word| word.split('.').next()?.parse().ok());
    folder.join("initdb").exists() && version.is_some_and(|version: u32| version >= OLDEST_VERSION)
}

/// Installs the server with the system's package manager, where this user may.
fn install() -> Result<()> {
    if !geteuid().is_root() {
        bail!("{}", missing());
    }
    let managers: [(&str, &[&[&str]]); 2] = [
        (
            "apt-get",
            &[&["update", "-q"], &["install", "-q", "-y", "--no-install-recommends", "postgresql"]],
        ),
        ("dnf", &[&["install", "-q", "-y", "postgresql-server"]]),
    ];
    for (manager, steps) in managers {
        if !Command::new(manager)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
        {
            continue;
        }
        eprintln!("installing PostgreSQL with {manager}, because the tests need a server");
        for step in steps {
            let status = Command::new(manager)
                .args(*step)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .status()?;
            ensure!(status.success(), "{}", missing());
        }
        return Ok(());
    }
    bail!("{}", missing())
}
