//! Shortcuts for signing in, and for sessions.

use dqops_users_domain::{Email, Role, Session, SessionId, Token, TokenKind};
use dqops_users_service::{
    Clock as _, Directory, OsRandomness, Randomness as _, ServiceError, SessionLimits, SignIn,
    SignedIn,
};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    raw,
    stage::Stage,
    values::{STRONG, email, password},
};

/// From where people sign in as a rule.
pub(crate) const HOME: &str = "192.0.2.1";

/// With what they do.
pub(crate) const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64)";

/// A hash that is not one, so that an attempt fails without being computed.
const BROKEN: &str = "broken";

pub(crate) fn attempt(name: &str, text: &str, address: &str) -> SignIn {
    SignIn {
        email: name.to_owned(),
        password: Some(password(text)),
        address: address.parse().unwrap(),
        client: BROWSER.to_owned(),
    }
}

/// What became of an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The password was looked at, and refused.
    Refused,
    /// It was not looked at; there is room again after so long.
    MustWait(SignedDuration),
}

/// Tries to sign in, in vain.
pub(crate) async fn fail(directory: &Directory, name: &str, text: &str, address: &str) -> Failed {
    match directory.sign_in(attempt(name, text, address)).await {
        Err(ServiceError::SignInRefused) => Failed::Refused,
        Err(ServiceError::TooManyAttempts { retry_after }) => Failed::MustWait(retry_after),
        other => panic!("{other:?}"),
    }
}

pub(crate) const fn wait(seconds: i64) -> Failed {
    Failed::MustWait(SignedDuration::from_secs(seconds))
}

/// Whether the token of a session is still good.
pub(crate) async fn holds(directory: &Directory, token: &Token) -> bool {
    match directory.authenticate(token.expose()).await {
        Ok(_) => true,
        Err(ServiceError::InvalidCredential) => false,
        Err(other) => panic!("{other:?}"),
    }
}

impl Stage {
    /// Adds a user with the password [`STRONG`].
    pub(crate) async fn add_with_password(&self, name: &str, role: Role) -> Email {
        let user = self.add(name, role).await;
        self.set_password(&user, STRONG).await;
        user
    }

    /// Adds a user who cannot sign in, at which attempts fail quickly.
    pub(crate) async fn add_broken(&self, name: &str) -> Email {
        let user = self.add(name, Role::Viewer).await;
        raw::store_hash(&*self.storage, &user, BROKEN).await;
        user
    }

    pub(crate) async fn set_password(&self, user: &Email, text: &str) {
        let new = Some(password(text));
        self.directory.change_user_password(&self.operator(), user, new).await.unwrap();
    }

    /// Signs in from home with [`STRONG`].
    pub(crate) async fn sign_in(&self, user: &Email) -> SignedIn {
        self.directory.sign_in(attempt(user.as_str(), STRONG, HOME)).await.unwrap()
    }

    /// A session as if the user had just signed in, whatever the role and the password.
    pub(crate) async fn session_for(&self, owner: &Email) -> (Token, SessionId) {
        let mut random = [0; Token::RANDOM_BYTES];
        OsRandomness.fill(&mut random);
        let token = Token::from_random(TokenKind::Session, &random);
        let now = self.clock.now();
        let session = Session {
            id: SessionId(Uuid::from_slice(&random[..16]).unwrap()),
            user: self.find(owner).await.unwrap().id,
            created_at: now,
            last_used_at: now,
            ends_at: now + SessionLimits::default().length,
            address: HOME.to_owned(),
            client: BROWSER.to_owned(),
        };
        raw::store_session(&*self.storage, &session, &token).await;
        (token, session.id)
    }

    /// What is stored of the user's sessions, also of those that have ended.
    pub(crate) async fn stored_sessions(&self, user: &Email) -> Vec<Session> {
        let id = self.find(user).await.map(|user| user.id);
        let found = self.storage.read().await.unwrap().sessions(id).await.unwrap();
        found.into_iter().filter(|(_, owner)| owner == user).map(|(session, _)| session).collect()
    }

    /// The sessions of the user that hold now.
    pub(crate) async fn listed(&self, user: &str) -> Vec<SessionId> {
        let sessions = self.directory.sessions(&self.operator(), Some(&email(user))).await;
        sessions.unwrap().into_iter().map(|owned| owned.session.id).collect()
    }
}
