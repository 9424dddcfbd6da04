//! The stage of a test: a directory over a store of its own, and the people in it.

use std::{path::PathBuf, sync::Arc};

use dqops_users_domain::{
    ApiKeyId, Email, PasswordHash, Role, Token, User, audit::AuditEntry, licence::LicenceType,
};
use dqops_users_service::{
    Ambient, Caller, Directory, IssuedKey, KeyLifetime, NewKey, OsRandomness, Settings,
};
use dqops_users_storage::SharedStorage;
use dqops_users_storage_postgres::{PostgresStorage, TestDatabase};
use dqops_users_storage_sqlite::SqliteStorage;
use dqops_users_trust::Ground;
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::{
    clock::MovableClock,
    values::{email, input},
    vendor,
};

/// The time at which every test begins.
pub(crate) const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// The admin of [`Stage::with_admin`].
pub(crate) const ADMIN: &str = "admin@example.com";

enum Store {
    Sqlite(TempDir),
    Postgres(Box<TestDatabase>),
}

/// A directory that was just started, on a store of its own.
pub(crate) struct Stage {
    pub(crate) directory: Directory,
    pub(crate) storage: SharedStorage,
    pub(crate) clock: Arc<MovableClock>,
    store: Store,
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        Self::on(Store::Sqlite(tempfile::tempdir().unwrap())).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::on(Store::Postgres(Box::new(TestDatabase::create().await))).await
    }

    async fn on(store: Store) -> Self {
        let storage = open(&store).await;
        let clock = Arc::new(MovableClock::at(BEGINNING));
        let directory = directory_on(Arc::clone(&storage), &clock, settings());
        directory.start().await.unwrap();
        Self { directory, storage, clock, store }
    }

    /// Where a promise is tried that is tried here.
    pub(crate) const fn ground(&self) -> Ground {
        match self.store {
            Store::Sqlite(_) => Ground::Sqlite,
            Store::Postgres(_) => Ground::Postgres,
        }
    }

    /// Another process on the same database.
    pub(crate) async fn second(&self) -> Directory {
        let directory = self.directory_over(open(&self.store).await, settings());
        directory.start().await.unwrap();
        directory
    }

    /// Another directory, over the given storage and with the given settings.
    pub(crate) fn directory_over(&self, storage: SharedStorage, settings: Settings) -> Directory {
        directory_on(storage, &self.clock, settings)
    }

    /// Runs a statement behind the directory's back.
    pub(crate) async fn raw(&self, sql: &'static str) {
        match &self.store {
            Store::Sqlite(_) => {
                let [file, ..] = self.files();
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection = options.connect().await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            Store::Postgres(database) => drop(database.execute(sql).await.unwrap()),
        }
    }

    /// Drops what guards the audit trail.
    pub(crate) async fn drop_audit_guards(&self) {
        let statements = match &self.store {
            Store::Sqlite(_) => [
                "DROP TRIGGER IF EXISTS audit_never_changes",
                "DROP TRIGGER IF EXISTS audit_is_never_deleted",
                "DROP TRIGGER IF EXISTS audit_goes_on_in_order",
            ]
            .as_slice(),
            Store::Postgres(_) => &["ALTER TABLE audit DISABLE TRIGGER ALL"],
        };
        for statement in statements {
            self.raw(statement).await;
        }
    }

    /// The files of an SQLite store.
    pub(crate) fn files(&self) -> [PathBuf; 3] {
        let Store::Sqlite(folder) = &self.store else { panic!("only SQLite has files") };
        ["users.db", "users.db-wal", "users.db-shm"].map(|name| folder.path().join(name))
    }

    /// Makes the first admin by a set-up code and answers its caller.
    pub(crate) async fn with_admin(&self) -> Caller {
        let code = self.directory.open_setup_code().await.unwrap().unwrap();
        let admin = self.directory.set_up(code.expose(), email(ADMIN), None).await.unwrap();
        self.directory.authenticate(admin.api_key.expose()).await.unwrap()
    }

    pub(crate) fn operator(&self) -> Caller {
        self.directory.local_operator()
    }

    /// Installs a licence that does not lapse.
    pub(crate) async fn install(&self, licence_type: LicenceType, seats: u32) {
        let token = vendor::licence(licence_type, seats, None);
        self.directory.install_licence(&self.operator(), &token).await.unwrap();
    }

    pub(crate) async fn add(&self, name: &str, role: Role) -> Email {
        self.directory.create_user(&self.operator(), input(&email(name), role)).await.unwrap()
    }

    pub(crate) async fn key_for(&self, owner: &Email) -> IssuedKey {
        let lifetime = KeyLifetime::Default;
        let wanted = NewKey { owner: Some(owner.clone()), name: "key".to_owned(), lifetime };
        self.directory.issue_api_key(&self.operator(), wanted).await.unwrap()
    }

    pub(crate) async fn caller_for(&self, owner: &Email) -> Caller {
        self.caller_with_key(owner).await.0
    }

    /// A caller, with the token and the identity of the key that the caller holds.
    pub(crate) async fn caller_with_key(&self, owner: &Email) -> (Caller, Token, ApiKeyId) {
        let IssuedKey { token, key } = self.key_for(owner).await;
        let caller = self.directory.authenticate(token.expose()).await.unwrap();
        (caller, token, key.id)
    }

    /// Sets a role, past all rules but the licence's and the last admin's.
    pub(crate) async fn set_role(&self, user: &Email, role: Role) {
        let changed =
            self.directory.update_user(&self.operator(), user, input(user, role), None).await;
        changed.unwrap();
    }

    pub(crate) async fn delete(&self, user: &Email) {
        self.directory.delete_user(&self.operator(), user, None).await.unwrap();
    }

    pub(crate) async fn find(&self, user: &Email) -> Option<User> {
        self.storage.read().await.unwrap().find_user(user).await.unwrap()
    }

    pub(crate) async fn count_users(&self) -> u64 {
        self.storage.read().await.unwrap().count_users().await.unwrap()
    }

    pub(crate) async fn count_admins(&self) -> u64 {
        self.storage.read().await.unwrap().count_admins().await.unwrap()
    }

    pub(crate) async fn stored_hash(&self, user: &Email) -> Option<PasswordHash> {
        let id = self.find(user).await.unwrap().id;
        self.storage.read().await.unwrap().password_hash(id).await.unwrap()
    }

    /// The whole audit trail, the oldest entry first.
    pub(crate) async fn audit(&self) -> Vec<AuditEntry> {
        let mut reader = self.storage.read().await.unwrap();
        let entries = reader.audit_after(None, 100_000).await.unwrap();
        entries.iter().map(|record| record.entry().unwrap()).collect()
    }
}

pub(crate) fn settings() -> Settings {
    Settings::new(vendor::public_key())
}

fn directory_on(
    storage: SharedStorage,
    clock: &Arc<MovableClock>,
    settings: Settings,
) -> Directory {
    let ambient = Ambient::new(Arc::<MovableClock>::clone(clock), Arc::new(OsRandomness));
    Directory::new(storage, settings, ambient)
}

async fn open(store: &Store) -> SharedStorage {
    match store {
        Store::Sqlite(folder) => {
            let file = folder.path().join("users.db");
            Arc::new(SqliteStorage::open(&file).await.unwrap())
        }
        Store::Postgres(database) => {
            Arc::new(PostgresStorage::open(database.url(), None).await.unwrap())
        }
    }
}

/// Makes of each case a test on `SQLite` and one on Postgres: `sqlite::case` and `postgres::case`.
macro_rules! on_both_stores {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case($crate::stage::Stage::sqlite().await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case($crate::stage::Stage::postgres().await).await;
                }
            )+
        }
    };
}

pub(crate) use on_both_stores;
