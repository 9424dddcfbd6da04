//! From a credential to a caller, from memory while nothing has changed.

use std::sync::Arc;

use dqops_users_domain::{TokenDigest, TokenKind};

use super::caller::{Caller, KeyHolder, Kind};
use crate::{Directory, ServiceError};

impl Directory {
    /// The caller to whom a bearer token belongs, with the role of now.
    ///
    /// # Errors
    /// [`ServiceError::InvalidCredential`] when the token is unknown, expired or revoked.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, ServiceError> {
        if !token.starts_with(TokenKind::ApiKey.prefix()) {
            return Err(ServiceError::InvalidCredential);
        }
        let digest = TokenDigest::of(token);
        let epoch = self.storage.epoch().await?;
        let holder = match self.facts.holders.get(&digest) {
            Some((known_at, holder)) if known_at == epoch => holder,
            _ => {
                let mut reader = self.storage.read().await?;
                let found = reader.find_by_digest(&digest).await?;
                let (key, user) = found.ok_or(ServiceError::InvalidCredential)?;
                let holder = Arc::new(KeyHolder { key, user });
                self.facts.holders.insert(digest, (epoch, Arc::clone(&holder)));
                holder
            }
        };
        if !holder.key.is_valid_at(self.shared.ambient.now()) {
            return Err(ServiceError::InvalidCredential);
        }
        Ok(Caller(Kind::Key(holder)))
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
