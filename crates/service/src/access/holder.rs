//! The holder of a credential: what was shown, and the user that it belongs to.

use std::sync::atomic::{AtomicI64, Ordering};

use dqops_users_domain::{ApiKey, Epoch, Session, SessionId, TokenDigest, TokenKind, User};
use dqops_users_storage::{Reader, StorageError};
use jiff::{SignedDuration, Timestamp};

/// How far the noted use of a credential may lag behind, so that not every request has to write.
const NOTE_USE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What was shown to be let in.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Key(ApiKey),
    Session(Session),
}

/// A credential and its user, as of one moment.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) credential: Credential,
    pub(crate) user: User,
    /// The epoch before which both were read.
    pub(crate) known_at: Epoch,
    /// When this process last noted the use, in seconds since 1970 UTC.
    noted_at: AtomicI64,
}

impl Holder {
    /// The holder as it was read when `known_at` was the epoch already.
    pub(crate) fn new(credential: Credential, user: User, known_at: Epoch) -> Self {
        let noted_at = match &credential {
            Credential::Key(key) => key.last_used_at,
            Credential::Session(session) => Some(session.last_used_at),
        };
        let noted_at = AtomicI64::new(noted_at.map_or(i64::MIN, Timestamp::as_second));
        Self { credential, user, known_at, noted_at }
    }

    /// The holder of the token with that digest, in one statement; `known_at` was asked for before.
    pub(crate) async fn find(
        reader: &mut dyn Reader,
        kind: TokenKind,
        digest: &TokenDigest,
        known_at: Epoch,
    ) -> Result<Option<Self>, StorageError> {
        Ok(match kind {
            TokenKind::ApiKey => {
                let found = reader.find_by_digest(digest).await?;
                found.map(|(key, user)| Self::new(Credential::Key(key), user, known_at))
            }
            TokenKind::Session => {
                let found = reader.find_session_by_digest(digest).await?;
                found.map(|(session, user)| Self::new(Credential::Session(session), user, known_at))
            }
            TokenKind::SetupCode | TokenKind::PasswordLink => None,
        })
    }

    pub(crate) fn is_valid_at(&self, now: Timestamp, idle: SignedDuration) -> bool {
        match &self.credential {
            Credential::Key(key) => key.is_valid_at(now),
            Credential::Session(session) => session.is_valid_at(now, idle),
        }
    }

    pub(crate) const fn session(&self) -> Option<SessionId> {
        match &self.credential {
            Credential::Key(_) => None,
            Credential::Session(session) => Some(session.id),
        }
    }

    /// Whether the use of the credential is to be noted now: of many requests at once, one is told so.
    pub(crate) fn is_to_note(&self, now: Timestamp) -> bool {
        let noted_at = self.noted_at.load(Ordering::Relaxed);
        if now.as_second().saturating_sub(noted_at) < NOTE_USE_EVERY.as_secs() {
            return false;
        }
        let taken = self.noted_at.compare_exchange(
            noted_at,
            now.as_second(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        taken.is_ok()
    }
}
