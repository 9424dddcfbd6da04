//! A Postgres for tests: the one that was given, or a private cluster in a temporary folder.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use dqops_users_trust::{BINARIES, Cluster};
use rustix::process::geteuid;
use tempfile::TempDir;

/// The environment that names a server whose user may create databases.
pub(crate) const VARIABLE: &str = "TEST_POSTGRES_URL";

const OLDEST_VERSION: u32 = 15;

/// A server that can be used until this is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    /// The folder of the server's programs, where there is one.
    binaries: Option<PathBuf>,
    /// The cluster before its folder, so that it is stopped before that is gone.
    private: Option<(Cluster, TempDir)>,
}

impl Server {
    /// The server that was given, else a private one.
    pub(crate) fn get() -> Result<Self> {
        if let Ok(url) = env::var(VARIABLE)
            && !url.is_empty()
        {
            return Ok(Self { url, binaries: find_binaries(), private: None });
        }
        let binaries = binaries()?;
        let folder = tempfile::Builder::new().prefix("dqops-users-postgres").tempdir()?;
        let cluster = Cluster::start(&binaries, folder.path(), "127.0.0.1")?;
        let (url, private) = (cluster.url(), Some((cluster, folder)));
        Ok(Self { url, binaries: Some(binaries), private })
    }

    /// Whether it was started for this task.
    pub(crate) const fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// The environment of tests: where the server is, and the programs to start others.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        let binaries = self.binaries.as_ref().map(|folder| (BINARIES, folder.as_os_str()));
        [(VARIABLE, OsStr::new(&self.url))].into_iter().chain(binaries)
    }
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
