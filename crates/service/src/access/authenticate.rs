//! From a credential to a caller, from memory while nothing has changed.

use std::sync::Arc;

use async_trait::async_trait;
use dqops_users_domain::{Epoch, TokenDigest, TokenKind};
use dqops_users_storage::{Mutation, StorageError, UnitOfWork};
use jiff::Timestamp;

use super::{
    caller::{Caller, Kind},
    holder::{Credential, Holder},
};
use crate::{Directory, ServiceError};

impl Directory {
    /// The caller to whom a bearer token belongs, an API key or a session, with the role of now.
    ///
    /// # Errors
    /// [`ServiceError::InvalidCredential`] when the token is unknown, expired or revoked.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, ServiceError> {
        let kind = kind_of(token).ok_or(ServiceError::InvalidCredential)?;
        let digest = TokenDigest::of(token);
        let epoch = self.storage.epoch().await?;
        let (now, idle) = (self.shared.ambient.now(), self.shared.sessions.idle);
        let mut holder = match self.facts.holders.get(&digest) {
            Some((known_at, holder)) if known_at == epoch => {
                self.shared.figures.callers.hit();
                holder
            }
            _ => self.read_holder(kind, digest, epoch).await?,
        };
        if !holder.is_valid_at(now, idle) && kind == TokenKind::Session {
            // Its use since then may have been noted without raising the epoch.
            holder = self.read_holder(kind, digest, epoch).await?;
        }
        if !holder.is_valid_at(now, idle) {
            return Err(ServiceError::InvalidCredential);
        }
        if holder.is_to_note(now) {
            self.note_use(Arc::clone(&holder), now);
        }
        Ok(Caller(Kind::Holder(holder)))
    }

    async fn read_holder(
        &self,
        kind: TokenKind,
        digest: TokenDigest,
        epoch: Epoch,
    ) -> Result<Arc<Holder>, ServiceError> {
        self.shared.figures.callers.miss();
        let mut reader = self.storage.read_once().await?;
        let found = Holder::find(&mut *reader, kind, &digest, epoch).await?;
        let holder = Arc::new(found.ok_or(ServiceError::InvalidCredential)?);
        self.facts.holders.insert(digest, (epoch, Arc::clone(&holder)));
        Ok(holder)
    }

    /// Notes the use of a credential beside the request, which does not wait for it.
    fn note_use(&self, holder: Arc<Holder>, now: Timestamp) {
        let storage = Arc::clone(&self.storage);
        tokio::spawn(async move {
            if let Err(error) = storage.write(NoteUse { holder, now }).await {
                tracing::debug!(%error, "the use of a credential was not noted");
            }
        });
    }

    /// The caller of a request without credential where no authentication is asked for: the owner,
    /// which is the oldest admin, as in DQOps.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn owner(&self) -> Result<Caller, ServiceError> {
        let epoch = self.storage.epoch().await?;
        if let Some((known_at, caller)) = &**self.facts.owner.load()
            && *known_at == epoch
        {
            return Ok(caller.clone());
        }
        let mut reader = self.storage.read().await?;
        let caller = Caller::owner(&mut *reader).await?;
        self.facts.owner.store(Arc::new(Some((epoch, caller.clone()))));
        Ok(caller)
    }

    /// Whoever runs the command line on the machine of the directory. They could as well change the
    /// database, so they may do all that the licence allows.
    #[must_use]
    pub const fn local_operator(&self) -> Caller {
        Caller(Kind::LocalOperator)
    }
}

/// What kind of credential a token is, by its prefix.
fn kind_of(token: &str) -> Option<TokenKind> {
    [TokenKind::ApiKey, TokenKind::Session]
        .into_iter()
        .find(|kind| token.starts_with(kind.prefix()))
}

struct NoteUse {
    holder: Arc<Holder>,
    now: Timestamp,
}

#[async_trait]
impl Mutation for NoteUse {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        match &self.holder.credential {
            Credential::Key(key) => unit.touch_api_key(key.id, self.now).await,
            Credential::Session(session) => unit.touch_session(session.id, self.now).await,
        }
    }
}
