//! A server with a directory of its own, in which an admin's key opens everything.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::{licence, vendor, workspace};

const ADMIN: &str = "admin@example.com";

/// What its own key is called.
const KEY_NAME: &str = "schemathesis";

pub(super) struct Subject {
    folder: TempDir,
    url: String,
    binary: PathBuf,
    key: String,
}

impl Subject {
    /// Makes a directory in a file, or on a Postgres server.
    pub(super) fn make(binary: &Path, postgres: Option<&str>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = match postgres {
            None => format!("sqlite://{}/users.db", folder.path().display()),
            Some(server) => make_database(server)?,
        };
        let subject = Self { folder, url, binary: binary.to_owned(), key: String::new() };
        let (key_file, _) = vendor::for_tests()?;
        subject.command(&["migrate"])?;
        subject.command(&["licence", "install", &licence::for_bench(&key_file)?])?;
        subject.command(&["recover-admin", ADMIN])?;
        let key = subject.command(&["api-key", "issue", ADMIN, "--name", KEY_NAME])?;
        Ok(Self { key: key.trim().to_owned(), ..subject })
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Without its key and its rights nothing but refusals would have been seen.
    pub(super) fn must_have_rights(&self) -> Result<()> {
        let users = self.command(&["user", "list", "--role", "admin"])?;
        ensure!(users.contains(ADMIN), "its own admin was demoted on the way; run it again");
        let keys = self.command(&["api-key", "list", ADMIN])?;
        ensure!(keys.contains(KEY_NAME), "its own key was revoked on the way; run it again");
        Ok(())
    }

    pub(super) fn start(&self) -> Result<Running> {
        let log = self.folder.path().join("log");
        let mut command = self.program(&["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
        command.stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut running = Running { child: command.spawn()?, log, address: None };
        for _ in 0..6000 {
            if let Some(ended) = running.child.try_wait()? {
                bail!("the server ended with {ended}: {}", fs::read_to_string(&running.log)?);
            }
            running.address = address_in(&fs::read_to_string(&running.log)?);
            if running.address.is_some() {
                return Ok(running);
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("the server does not listen: {}", fs::read_to_string(&running.log)?)
    }

    fn command(&self, args: &[&str]) -> Result<String> {
        let output = self.program(args).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{args:?} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut command = workspace::bare(&self.binary);
        command.args(args).current_dir(self.folder.path());
        command.env("DQOPS_USERS_DATABASE_URL", &self.url);
        command
    }
}

/// A server that is killed when this is dropped.
pub(super) struct Running {
    child: Child,
    log: PathBuf,
    address: Option<SocketAddr>,
}

impl Running {
    pub(super) fn address(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// Ends it; it must still be there. Answers its log.
    pub(super) fn stop(mut self) -> Result<String> {
        let ended = self.child.try_wait()?;
        ensure!(ended.is_none(), "the server was gone: {ended:?}");
        Ok(fs::read_to_string(&self.log)?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line `listening`.
fn address_in(log: &str) -> Option<SocketAddr> {
    let (complete, _) = log.rsplit_once('\n')?;
    let mut lines = complete.lines().filter_map(|line| serde_json::from_str(line).ok());
    let line: serde_json::Value =
        lines.find(|line: &serde_json::Value| line["message"] == "listening")?;
    line["address"].as_str()?.parse().ok()
}

/// A database of its own on the server.
fn make_database(server: &str) -> Result<String> {
    let name = format!("schemathesis_{}", licence::new_id().simple());
    let psql = crate::postgres::program(Path::new("psql"));
    let output =
        Command::new(psql).args([server, "-c", &format!("CREATE DATABASE {name}")]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (start, _) = server.rsplit_once('/').context("the server's URL has no database")?;
    Ok(format!("{start}/{name}"))
}
