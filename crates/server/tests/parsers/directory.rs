//! The REST API and the console over a directory in this process, as the server puts them together.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use dqops_users_domain::{Email, Password};
use dqops_users_http::Authentication;
use dqops_users_service::{
    Ambient, Directory, OsRandomness, ServiceError, Settings, SignIn, SystemClock,
};
use dqops_users_storage_sqlite::SqliteStorage;
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::licence;

pub(crate) const ADMIN: &str = "admin@example.com";

const PASSWORD: &str = "purple turtles dance at noon";

/// What an answer must never hold.
const INTERNAL: [&str; 7] = ["sqlx", "panicked", "users.db", ".rs:", "SELECT ", "/tmp/", "$argon2"];

/// One directory for all that is tried in this process.
pub(crate) static DIRECTORY: LazyLock<InProcess> = LazyLock::new(InProcess::new);

pub(crate) struct InProcess {
    runtime: Runtime,
    router: Router,
    /// The key of the admin.
    pub(crate) key: String,
    /// The token of a session of the admin.
    pub(crate) session: String,
    _folder: TempDir,
}

/// An answer that is no failure of the server and tells nothing internal.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl InProcess {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (router, key, session) = runtime.block_on(start(&folder));
        Self { runtime, router, key, session, _folder: folder }
    }

    /// Asks as the admin, by the key.
    pub(crate) fn ask(
        &self,
        request: axum::http::request::Builder,
        body: Vec<u8>,
    ) -> Option<Answer> {
        self.ask_by(request.header(header::AUTHORIZATION, format!("Bearer {}", self.key)), body)
    }

    /// Asks with the credential that the request has; nothing where it is no HTTP at all.
    pub(crate) fn ask_by(
        &self,
        request: axum::http::request::Builder,
        body: Vec<u8>,
    ) -> Option<Answer> {
        let request: Request<Body> = request.body(body.into()).ok()?;
        let answer = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            Answer { status: head.status.as_u16(), headers: head.headers, body }
        });
        assert!(answer.status < 500, "{} {}", answer.status, answer.body);
        Some(answer)
    }
}

impl Answer {
    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Of a refusal: it is a problem with a code, and tells nothing internal.
    pub(crate) fn must_be_problem(&self) {
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json", "{}", self.body);
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        assert!(problem["code"].is_string(), "{problem}");
    }

    /// Holds nothing internal that was not sent.
    pub(crate) fn must_tell_nothing_internal(&self, sent: &[u8]) {
        let sent = String::from_utf8_lossy(sent).to_lowercase();
        for word in INTERNAL {
            assert!(
                !self.body.contains(word) || sent.contains(&word.to_lowercase()),
                "{}",
                self.body
            );
        }
    }
}

/// What it answers once it was not refused for want of time, as on a machine that is busy.
async fn with_time_to_hash<T, F>(attempt: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, ServiceError>>,
{
    for _ in 0..60 {
        match attempt().await {
            Err(ServiceError::Overloaded) => {}
            answer => return answer.unwrap(),
        }
    }
    panic!("there was never time to hash a password")
}

async fn start(folder: &TempDir) -> (Router, String, String) {
    let storage = SqliteStorage::open(&folder.path().join("users.db")).await.unwrap();
    let ambient = Ambient::new(Arc::new(SystemClock), Arc::new(OsRandomness));
    let settings = Settings::new(licence::public_key());
    let directory = Directory::new(Arc::new(storage), settings, ambient);
    directory.start().await.unwrap();
    let code = directory.open_setup_code().await.unwrap().unwrap();
    let password = || Password::new(PASSWORD.to_owned()).ok();
    let admin: Email = ADMIN.parse().unwrap();
    let set_up = || directory.set_up(code.expose(), admin.clone(), password());
    let admin = with_time_to_hash(set_up).await;
    directory.install_licence(&directory.local_operator(), &licence::valid()).await.unwrap();
    let attempt = SignIn {
        email: ADMIN.to_owned(),
        password: password(),
        address: [127, 0, 0, 1].into(),
        client: String::new(),
    };
    let session = with_time_to_hash(|| directory.sign_in(attempt.clone())).await;
    let console = dqops_users_console::Settings {
        without_authentication: false,
        link_base: None,
        version: String::new(),
        database: String::new(),
    };
    let link_base = dqops_users_web::LINK_PATH.to_owned();
    let api = dqops_users_http::api(
        directory.clone(),
        Authentication::Required,
        link_base,
        dqops_users_web::Stopping::default(),
    );
    let router = api.merge(dqops_users_console::router(directory, console));
    let pages = Some(dqops_users_console::problem_page as dqops_users_web::Pages);
    let settings = dqops_users_web::Settings { pages, ..dqops_users_web::Settings::default() };
    let key = admin.api_key.expose().to_owned();
    (dqops_users_web::around(router, settings), key, session.token.expose().to_owned())
}
