//! Changes behind the service's back: what an older version, or a hostile hand, may have stored.

use async_trait::async_trait;
use dqops_users_domain::{Email, PasswordHash, Session, Token, TokenDigest};
use dqops_users_storage::{Mutation, Storage, StorageError, UnitOfWork};
use jiff::Timestamp;

/// Stores a password hash as it is given.
pub(crate) async fn store_hash(storage: &dyn Storage, user: &Email, phc: &str) {
    let hash = PasswordHash::from_phc(phc.to_owned());
    storage.write(StoreHash { user: user.clone(), hash }).await.unwrap();
}

/// Stores a licence token as it is given.
pub(crate) async fn store_licence(storage: &dyn Storage, token: &str) {
    storage.write(StoreLicence(token.to_owned())).await.unwrap();
}

/// Stores a session as it is given.
pub(crate) async fn store_session(storage: &dyn Storage, session: &Session, token: &Token) {
    let (session, digest) = (session.clone(), token.digest());
    storage.write(StoreSession { session, digest }).await.unwrap();
}

struct StoreHash {
    user: Email,
    hash: PasswordHash,
}

#[async_trait]
impl Mutation for StoreHash {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        let user = unit.find_user(&self.user).await?.unwrap();
        unit.set_password_hash(user.id, &self.hash, Timestamp::UNIX_EPOCH).await
    }
}

struct StoreLicence(String);

#[async_trait]
impl Mutation for StoreLicence {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        unit.set_licence(Some(&self.0)).await
    }
}

struct StoreSession {
    session: Session,
    digest: TokenDigest,
}

#[async_trait]
impl Mutation for StoreSession {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        unit.insert_session(&self.session, &self.digest).await
    }
}
