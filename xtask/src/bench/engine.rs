//! The limit of changes: how many transactions of one row the engine itself makes durable, one after
//! the other, with the server's settings on the same disk.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;

use super::{figures::Sample, load::now, subject};

const TABLE: &str = "CREATE TABLE commits (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
const PG_TABLE: &str =
    "CREATE TABLE commits (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO commits (body) VALUES ('as long as the row of a user, who has an email and a role')";

/// An engine with a table of its own.
pub(super) enum Engine {
    Sqlite(SqliteConnection, #[expect(dead_code, reason = "it keeps the file")] TempDir),
    Postgres { url: String, folder: TempDir },
}

impl Engine {
    pub(super) async fn open(store: subject::Store, postgres: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        match store {
            subject::Store::Sqlite => {
                let options = SqliteConnectOptions::new()
                    .filename(folder.path().join("commits.db"))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                let mut connection = options.connect().await?;
                sqlx::query(TABLE).execute(&mut connection).await?;
                Ok(Self::Sqlite(connection, folder))
            }
            subject::Store::Postgres => {
                let url = subject::make_database(postgres)?;
                subject::psql(&url, PG_TABLE)?;
                fs::write(folder.path().join("insert.sql"), format!("{INSERT};\n"))?;
                Ok(Self::Postgres { url, folder })
            }
        }
    }

    /// Commits for a while.
    pub(super) async fn commit(&mut self, length: Duration) -> Result<Sample> {
        match self {
            Self::Sqlite(connection, _) => {
                let (start, mut times) = (now(), Vec::new());
                while start.elapsed() < length {
                    let asked = now();
                    sqlx::query(INSERT).execute(&mut *connection).await?;
                    times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                Ok(Sample { elapsed: start.elapsed(), times })
            }
            Self::Postgres { url, folder } => pgbench(url, folder.path(), length),
        }
    }

    pub(super) async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection, _) => Ok(connection.close().await?),
            Self::Postgres { .. } => Ok(()),
        }
    }
}

/// Postgres brings a program that does just that; its log has the time of each transaction.
fn pgbench(url: &str, folder: &Path, length: Duration) -> Result<Sample> {
    let program = crate::postgres::program(Path::new("pgbench"));
    let seconds = length.as_secs_f64().ceil().to_string();
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--client=1", "--file=insert.sql", "--log"])
        .args(["--time", &seconds, url])
        .current_dir(folder)
        .output()
        .context("pgbench cannot be run; it comes with the server of PostgreSQL")?;
    ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    let mut times = Vec::new();
    for file in fs::read_dir(folder)? {
        let file: PathBuf = file?.path();
        if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log")) {
            let log = fs::read_to_string(&file)?;
            let fields = log.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u32>().ok());
            times.extend(fields);
            fs::remove_file(&file)?;
        }
    }
    ensure!(!times.is_empty(), "pgbench left no log");
    // The time that its transactions took, without that in which it connected.
    let elapsed = Duration::from_micros(times.iter().map(|time| u64::from(*time)).sum());
    Ok(Sample { elapsed, times })
}
