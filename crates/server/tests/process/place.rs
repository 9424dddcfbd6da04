//! Where a test keeps its directory: a folder and a database of its own, in a file or on Postgres.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use dqops_users_domain::audit::AuditEntry;
use dqops_users_storage::{AuditQuery, SharedStorage};
use dqops_users_storage_postgres::{PostgresStorage, TestDatabase};
use dqops_users_storage_sqlite::SqliteStorage;
use dqops_users_trust::Ground;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Executor as _, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

use crate::{
    program::{Done, Program},
    time::block_on,
};

/// The two kinds of storage.
#[derive(Clone, Copy)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

impl Store {
    /// Where a promise is tried that is tried on this store.
    pub(crate) const fn ground(self) -> Ground {
        match self {
            Self::Sqlite => Ground::Sqlite,
            Self::Postgres => Ground::Postgres,
        }
    }
}

/// Makes a test for each store of every case, which takes the [`Store`].
macro_rules! on_both_stores {
    ($($case:ident),+ $(,)?) => {
        $(
            mod $case {
                #[test]
                fn on_sqlite() {
                    super::$case(crate::place::Store::Sqlite);
                }

                #[test]
                fn on_postgres() {
                    super::$case(crate::place::Store::Postgres);
                }
            }
        )+
    };
}
pub(crate) use on_both_stores;

pub(crate) struct Place {
    url: String,
    _database: Option<TestDatabase>,
    folder: TempDir,
    migrated: OnceLock<()>,
}

impl Place {
    pub(crate) fn new(store: Store) -> Self {
        let folder = tempfile::tempdir().unwrap();
        match store {
            Store::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("users.db").display());
                Self { url, _database: None, folder, migrated: OnceLock::new() }
            }
            Store::Postgres => {
                let database = block_on(TestDatabase::create());
                let place = Self::at(database.url());
                Self { _database: Some(database), ..place }
            }
        }
    }

    /// An empty database on a Postgres of the test's own.
    pub(crate) fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { url: url.to_owned(), _database: None, folder, migrated: OnceLock::new() }
    }

    fn is_file(&self) -> bool {
        self.url.starts_with("sqlite")
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where its processes run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder().join(name);
        fs::write(&file, text).unwrap();
        file
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).unwrap()
    }

    /// The program, in the folder and without the database.
    pub(crate) fn bare_program(&self, args: &[&str]) -> Program {
        Program::new(self.folder(), args)
    }

    /// The program on the database.
    pub(crate) fn program(&self, args: &[&str]) -> Program {
        self.bare_program(args).env("DQOPS_USERS_DATABASE_URL", &self.url)
    }

    /// A server on the database and on a free port.
    pub(crate) fn server(&self) -> Program {
        self.program(&["serve", "--listen", "127.0.0.1:0"])
    }

    /// Makes the database if there is none.
    pub(crate) fn migrate(&self) {
        self.migrated.get_or_init(|| drop(self.program(&["migrate"]).run().succeeds()));
    }

    /// Runs a command on the database, which exists.
    pub(crate) fn cli(&self, args: &[&str]) -> Done {
        self.cli_with(args, "")
    }

    /// The same with something on standard input.
    pub(crate) fn cli_with(&self, args: &[&str], input: &str) -> Done {
        self.migrate();
        self.program(args).input(input).run()
    }

    /// Opens the database in this process.
    pub(crate) async fn open(&self) -> SharedStorage {
        if self.is_file() {
            let file = self.folder().join("users.db");
            return Arc::new(SqliteStorage::open(&file).await.unwrap());
        }
        Arc::new(PostgresStorage::open(&self.url, None).await.unwrap())
    }

    /// The audit trail, the newest entry first.
    pub(crate) fn audit(&self) -> Vec<AuditEntry> {
        block_on(async {
            let storage = self.open().await;
            let mut reader = storage.read().await.unwrap();
            let records = reader.audit_page(&AuditQuery::latest(1_000_000)).await.unwrap();
            let entries = records.iter().map(|record| record.entry().unwrap()).collect();
            drop(reader);
            storage.close().await;
            entries
        })
    }

    /// The stored form of a user's password, if there is one.
    pub(crate) fn password_hash(&self, email: &str) -> Option<String> {
        self.password_hashes(&[email.to_owned()]).remove(0)
    }

    /// The same for many users.
    pub(crate) fn password_hashes(&self, emails: &[String]) -> Vec<Option<String>> {
        block_on(async {
            let storage = self.open().await;
            let mut reader = storage.read().await.unwrap();
            let mut hashes = Vec::new();
            for email in emails {
                let user = reader.find_user(&email.parse().unwrap()).await.unwrap().unwrap();
                let hash = reader.password_hash(user.id).await.unwrap();
                hashes.push(hash.map(|hash| hash.expose().to_owned()));
            }
            drop(reader);
            storage.close().await;
            hashes
        })
    }

    /// Runs statements behind the program's back; answers how many rows they touched.
    pub(crate) fn raw(&self, sql: &str) -> u64 {
        self.try_raw(sql).unwrap()
    }

    /// The same, where they may be refused.
    pub(crate) fn try_raw(&self, sql: &str) -> Result<u64, String> {
        let done = block_on(async {
            if self.is_file() {
                let options = SqliteConnectOptions::new().filename(self.folder().join("users.db"));
                let mut connection = options.connect().await.unwrap();
                let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                return Ok(sql.execute(&mut connection).await?.rows_affected());
            }
            let options: PgConnectOptions = self.url.parse().unwrap();
            let mut connection = options.connect().await.unwrap();
            Ok(connection.execute(AssertSqlSafe(sql.to_owned())).await?.rows_affected())
        });
        done.map_err(|error: sqlx::Error| error.to_string())
    }

    /// The same, where the two stores do not say it in the same words.
    pub(crate) fn try_raw_either(&self, on_sqlite: &str, on_postgres: &str) -> Result<u64, String> {
        self.try_raw(if self.is_file() { on_sqlite } else { on_postgres })
    }

    pub(crate) fn raw_either(&self, on_sqlite: &str, on_postgres: &str) -> u64 {
        self.try_raw_either(on_sqlite, on_postgres).unwrap()
    }

    /// All that the database holds: the bytes of its files, or every row of every table as text with
    /// bytes as hexadecimal digits.
    pub(crate) fn dump(&self) -> Vec<u8> {
        if !self.is_file() {
            return block_on(async {
                let options: PgConnectOptions = self.url.parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                sqlx::query("SET xmlbinary = hex").execute(&mut connection).await.unwrap();
                let all = "SELECT database_to_xml(true, false, '')::text";
                let text: String =
                    sqlx::query_scalar(all).fetch_one(&mut connection).await.unwrap();
                text.to_lowercase().into_bytes()
            });
        }
        let files =
            ["users.db", "users.db-wal", "users.db-shm"].map(|name| self.folder().join(name));
        files.iter().flat_map(|file| fs::read(file).unwrap()).collect()
    }

    /// Drops what guards the audit trail.
    pub(crate) fn drop_audit_guards(&self) {
        self.raw_either(
            "DROP TRIGGER audit_never_changes; DROP TRIGGER audit_is_never_deleted; \
             DROP TRIGGER audit_goes_on_in_order",
            "ALTER TABLE audit DISABLE TRIGGER ALL",
        );
    }
}
