//! Shortcuts for signing in, and for sessions.

use async_trait::async_trait;
use dqops_users_domain::{Password, Role, Session, SessionId, Token, TokenDigest, TokenKind};
use dqops_users_service::{Clock as _, OsRandomness, Randomness as _, SessionLimits};
use dqops_users_storage::{Mutation, StorageError, UnitOfWork};
use serde_json::json;
use uuid::Uuid;

use crate::{
    answer::Answer,
    call::Call,
    stage::{STRONG, Stage, email},
};

pub(crate) const SESSION: &str = "/api/session";
pub(crate) const SESSIONS: &str = "/api/sessions";

/// A session that was begun.
pub(crate) struct Begun {
    pub(crate) token: String,
    pub(crate) id: String,
}

impl Stage {
    /// Adds a user with the password [`STRONG`].
    pub(crate) async fn add_with_password(&self, name: &str, role: Role) {
        self.add(name, role).await;
        let new = Some(Password::new(STRONG.to_owned()).unwrap());
        let operator = self.operator();
        self.directory.change_user_password(&operator, &email(name), new).await.unwrap();
    }

    /// An attempt to sign in.
    pub(crate) fn attempt(&self, name: &str, password: &str) -> Call {
        let body = json!({"email": name, "password": password});
        self.post(SESSION).anonymous().json(&body)
    }

    /// Signs in with [`STRONG`].
    pub(crate) async fn sign_in(&self, name: &str) -> Begun {
        begun(&self.attempt(name, STRONG).send().await.gives(201))
    }

    /// A session as if the user had just signed in, whatever the role and the password.
    pub(crate) async fn session_for(&self, name: &str) -> Begun {
        let mut random = [0; Token::RANDOM_BYTES];
        OsRandomness.fill(&mut random);
        let token = Token::from_random(TokenKind::Session, &random);
        let now = self.clock.now();
        let session = Session {
            id: SessionId(Uuid::from_slice(&random[..16]).unwrap()),
            user: self.find(name).await.unwrap().id,
            created_at: now,
            last_used_at: now,
            ends_at: now + SessionLimits::default().length,
            address: "192.0.2.1".to_owned(),
            client: "a test".to_owned(),
        };
        let id = session.id.0.to_string();
        self.storage.write(Insert { session, digest: token.digest() }).await.unwrap();
        Begun { token: token.expose().to_owned(), id }
    }

    /// How many sessions of the user hold.
    pub(crate) async fn count_sessions(&self, name: &str) -> usize {
        let name = email(name);
        self.directory.sessions(&self.operator(), Some(&name)).await.unwrap().len()
    }
}

/// What the answer to a sign-in says.
pub(crate) fn begun(answer: &Answer) -> Begun {
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    Begun { token: text("token"), id: text("id") }
}

struct Insert {
    session: Session,
    digest: TokenDigest,
}

#[async_trait]
impl Mutation for Insert {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        unit.insert_session(&self.session, &self.digest).await
    }
}
