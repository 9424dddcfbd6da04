//! The stage of a test: the API over a directory of its own, and the people in it.

use std::sync::Arc;

use axum::{Router, http::Method};
use dqops_users_domain::{Email, Password, Role, User};
use dqops_users_http::{Authentication, Limits, Settings as HttpSettings, router};
use dqops_users_service::{
    Ambient, Caller, Directory, IssuedKey, KeyLifetime, NewKey, OsRandomness, ServiceError,
    Settings, UserInput,
};
use dqops_users_storage::SharedStorage;
use dqops_users_storage_postgres::{PostgresStorage, TestDatabase};
use dqops_users_storage_sqlite::SqliteStorage;
use dqops_users_trust::Ground;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{call::Call, clock::MovableClock, vendor};

/// The time at which every test begins.
pub(crate) const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// The first admin.
pub(crate) const ADMIN: &str = "admin@example.com";

/// Passwords that the policy takes.
pub(crate) const STRONG: &str = "correct horse battery staple";
pub(crate) const OTHER_STRONG: &str = "purple turtles like quiet rivers";

/// A token of the right form that was never issued.
pub(crate) const UNKNOWN_TOKEN: &str =
    "dqu_key_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A user and the way in.
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) key: String,
    pub(crate) key_id: String,
}

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

/// What a directory is kept in, which goes away with the stage.
enum Kept {
    InFolder(#[expect(dead_code, reason = "it is kept for its end")] TempDir),
    OnServer(#[expect(dead_code, reason = "it is kept for its end")] Box<TestDatabase>),
}

/// Makes a test for each store of every case, which takes the [`Store`].
macro_rules! on_both_stores {
    ($($case:ident),+ $(,)?) => {
        $(
            mod $case {
                #[tokio::test]
                async fn on_sqlite() {
                    super::$case($crate::stage::Store::Sqlite).await;
                }

                #[tokio::test]
                async fn on_postgres() {
                    super::$case($crate::stage::Store::Postgres).await;
                }
            }
        )+
    };
}
pub(crate) use on_both_stores;

pub(crate) struct Stage {
    pub(crate) router: Router,
    pub(crate) directory: Directory,
    pub(crate) storage: SharedStorage,
    pub(crate) clock: Arc<MovableClock>,
    /// The first admin's key, with which requests are sent unless they say otherwise.
    pub(crate) admin: Option<String>,
    _kept: Kept,
}

impl Stage {
    /// A directory with an admin under a TEAM licence with seats for all.
    pub(crate) async fn new() -> Self {
        Self::on(Store::Sqlite).await
    }

    /// The same on a store of that kind.
    pub(crate) async fn on(store: Store) -> Self {
        let mut stage = Self::empty_on(store, Authentication::Required).await;
        stage.install("TEAM", 1000).await;
        stage.admin = Some(stage.first_admin().await);
        stage
    }

    /// A directory that was just started: an evaluation, and nobody in it.
    pub(crate) async fn empty(authentication: Authentication) -> Self {
        Self::empty_on(Store::Sqlite, authentication).await
    }

    /// The same on a store of that kind.
    pub(crate) async fn empty_on(store: Store, authentication: Authentication) -> Self {
        let (storage, kept) = open(store).await;
        let clock = Arc::new(MovableClock::at(BEGINNING));
        let ambient = Ambient::new(Arc::<MovableClock>::clone(&clock), Arc::new(OsRandomness));
        let settings = Settings::new(vendor::public_key());
        let directory = Directory::new(Arc::clone(&storage), settings, ambient);
        directory.start().await.unwrap();
        let router = router(directory.clone(), HttpSettings::new(authentication));
        Self { router, directory, storage, clock, admin: None, _kept: kept }
    }

    /// The same directory behind another router.
    pub(crate) fn behind(mut self, authentication: Authentication, limits: Limits) -> Self {
        self.router = router(
            self.directory.clone(),
            HttpSettings { limits, ..HttpSettings::new(authentication) },
        );
        self
    }

    /// The same stage with the directory run otherwise, behind another router.
    pub(crate) fn rerun(mut self, settings: Settings, http: HttpSettings) -> Self {
        let ambient = Ambient::new(Arc::<MovableClock>::clone(&self.clock), Arc::new(OsRandomness));
        self.directory = Directory::new(Arc::clone(&self.storage), settings, ambient);
        self.router = router(self.directory.clone(), http);
        self
    }

    /// Makes the first admin and answers its key.
    pub(crate) async fn first_admin(&self) -> String {
        let code = self.setup_code().await;
        let admin = self.directory.set_up(&code, email(ADMIN), None).await.unwrap();
        admin.api_key.expose().to_owned()
    }

    pub(crate) async fn setup_code(&self) -> String {
        self.directory.open_setup_code().await.unwrap().unwrap().expose().to_owned()
    }

    /// Whoever may run the command line.
    pub(crate) fn operator(&self) -> Caller {
        self.directory.local_operator()
    }

    /// Installs a licence that does not lapse.
    pub(crate) async fn install(&self, kind: &str, seats: u32) {
        self.install_token(&vendor::licence(kind, seats, None, &json!({}))).await;
    }

    pub(crate) async fn install_token(&self, token: &str) {
        self.directory.install_licence(&self.operator(), token).await.unwrap();
    }

    pub(crate) async fn add(&self, name: &str, role: Role) {
        let email = Some(email(name));
        let input = UserInput { email, account_role: Some(role), data_domain_roles: None };
        self.directory.create_user(&self.operator(), input).await.unwrap();
    }

    /// Adds a user with a key.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        self.add(name, role).await;
        let issued = self.issue(name, KeyLifetime::Default).await;
        let (key, key_id) = (issued.token.expose().to_owned(), issued.key.id.0.to_string());
        Person { email: name.to_owned(), key, key_id }
    }

    pub(crate) async fn key_of(&self, name: &str, lifetime: KeyLifetime) -> String {
        self.issue(name, lifetime).await.token.expose().to_owned()
    }

    async fn issue(&self, name: &str, lifetime: KeyLifetime) -> IssuedKey {
        let wanted = NewKey { owner: Some(email(name)), name: "a test's".to_owned(), lifetime };
        self.directory.issue_api_key(&self.operator(), wanted).await.unwrap()
    }

    /// The token of a password link.
    pub(crate) async fn link_for(&self, name: &str) -> String {
        let issued = self.directory.issue_password_link(&self.operator(), &email(name)).await;
        issued.unwrap().token.expose().to_owned()
    }

    pub(crate) async fn find(&self, name: &str) -> Option<User> {
        self.storage.read().await.unwrap().find_user(&email(name)).await.unwrap()
    }

    /// Whether that is the user's password.
    pub(crate) async fn opens(&self, name: &str, password: &str) -> bool {
        let password = Password::new(password.to_owned()).unwrap();
        match self.directory.verify_password(name, password).await {
            Ok(_) => true,
            Err(ServiceError::SignInRefused) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    pub(crate) async fn has_password(&self, name: &str) -> bool {
        let id = self.find(name).await.unwrap().id;
        self.storage.read().await.unwrap().password_hash(id).await.unwrap().is_some()
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(&self.router, method, path);
        match &self.admin {
            Some(key) => call.by(key),
            None => call,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// The whole list, as the admin sees it.
    pub(crate) async fn list(&self) -> Value {
        self.get("/api/users").send().await.gives(200).json()
    }

    /// The entity tag of what is at the path.
    pub(crate) async fn tag(&self, path: &str) -> String {
        self.get(path).send().await.gives(200).header("etag").to_owned()
    }
}

/// A store of its own.
async fn open(store: Store) -> (SharedStorage, Kept) {
    match store {
        Store::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let storage = SqliteStorage::open(&folder.path().join("users.db")).await.unwrap();
            (Arc::new(storage), Kept::InFolder(folder))
        }
        Store::Postgres => {
            let database = TestDatabase::create().await;
            let storage = PostgresStorage::open(database.url(), None).await.unwrap();
            (Arc::new(storage), Kept::OnServer(Box::new(database)))
        }
    }
}

pub(crate) fn email(text: &str) -> Email {
    text.parse().unwrap()
}

/// What is sent to add or change a user.
pub(crate) fn model(email: &str, role: &str) -> Value {
    json!({"email": email, "accountRole": role})
}

pub(crate) fn path_of(email: &str) -> String {
    format!("/api/users/{email}")
}
