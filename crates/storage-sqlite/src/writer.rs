//! The writer's connection: one at a time, checked for durability when it opens.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use async_trait::async_trait;
use dqops_users_storage::{
    StorageError,
    sql::{self, OPENING, Opening},
    writer::{Connect, WriteConnection},
};
use sqlx::{ConnectOptions as _, SqliteConnection};

use crate::{connection::Held, error::storage_error, options};

/// The first release without the defect that could damage a database when its log starts anew
/// (<https://sqlite.org/wal.html>).
const OLDEST_SOUND_VERSION: i64 = 3_051_003;

/// What durability and integrity need: the question, and the only good answer.
const NEEDED: [(&str, &str); 3] = [
    ("SELECT journal_mode FROM pragma_journal_mode", "wal"),
    ("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "2"), // FULL
    ("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys", "1"),
];

pub(crate) struct Connector {
    file: PathBuf,
}

impl Connector {
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: file.to_owned() }
    }
}

#[async_trait]
impl Connect for Connector {
    async fn connect(&self) -> Result<Box<dyn WriteConnection>, StorageError> {
        Ok(Box::new(Held(Box::new(open(&self.file).await?))))
    }
}

/// Both on one way to the connection's thread. The file's write lock is the directory lock. It is taken
/// at once: a transaction that reads first and writes later fails without waiting when another process
/// wrote in between.
static BEGIN: LazyLock<String> = LazyLock::new(|| format!("BEGIN IMMEDIATE; {OPENING}"));

#[async_trait]
impl WriteConnection for Held<Box<SqliteConnection>> {
    async fn begin(&mut self) -> Result<Opening, StorageError> {
        sql::open(self, &BEGIN).await
    }
}

/// Opens a connection that may write, and makes sure that its writes are durable.
pub(crate) async fn open(file: &Path) -> Result<SqliteConnection, StorageError> {
    let mut connection = options::writer(file).connect().await.map_err(storage_error)?;
    let mut held = Held(&mut connection);
    for (question, needed) in NEEDED {
        let found = sql::setting(&mut held, question).await?;
        if found != needed {
            return Err(StorageError::Unsuitable(format!(
                "SQLite did not take a setting that durability needs ({question}: {found}, needed: {needed}); \
                 put the database on a local disk"
            )));
        }
    }
    let version = sql::setting(&mut held, "SELECT sqlite_version()").await?;
    if number(&version) < OLDEST_SOUND_VERSION {
        return Err(StorageError::Unsuitable(format!(
            "this program was built with SQLite {version}, which can damage a database; build it with 3.51.3 or later"
        )));
    }
    Ok(connection)
}

/// `3.51.3` as 3051003.
fn number(version: &str) -> i64 {
    let parts = version.split('.').filter_map(|part| part.parse::<i64>().ok());
    parts.fold(0, |number, part| number * 1000 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(number("3.51.3"), OLDEST_SOUND_VERSION);
        assert!(number("3.51.2") < OLDEST_SOUND_VERSION);
        assert!(number("3.9.0") < OLDEST_SOUND_VERSION);
        assert!(number("3.52.0") > OLDEST_SOUND_VERSION);
    }
}
