//! What a mutation can change, area by area: small, dumb operations without policy.
//!
//! Operations that a licence gates take the licence's permit, so that a rule that was forgotten does
//! not compile.

use async_trait::async_trait;
use dqops_users_domain::{
    ApiKey, ApiKeyId, DataDomainName, Email, Epoch, PasswordHash, PasswordLink, Roles, Session,
    SessionId, TokenDigest, UserId,
    audit::{AuditHash, AuditRecord},
    licence::{CreatePermit, DataDomainPermit, DeletePermit, RolesPermit},
};
use jiff::Timestamp;

use crate::{Bucket, BulkWriter, Reader, StorageError};

/// What a mutation works on. It reads its own changes.
pub trait UnitOfWork:
    Reader
    + UserWriter
    + PasswordWriter
    + PasswordLinkWriter
    + ApiKeyWriter
    + SessionWriter
    + ThrottleWriter
    + DataDomainWriter
    + DirectoryWriter
    + AuditWriter
    + BulkWriter
{
}

impl<T> UnitOfWork for T where
    T: Reader
        + UserWriter
        + PasswordWriter
        + PasswordLinkWriter
        + ApiKeyWriter
        + SessionWriter
        + ThrottleWriter
        + DataDomainWriter
        + DirectoryWriter
        + AuditWriter
        + BulkWriter
{
}

/// A user to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The identity.
    pub id: UserId,
    /// The email, for good.
    pub email: Email,
    /// The first roles.
    pub roles: Roles,
    /// When.
    pub created_at: Timestamp,
}

/// Changes users. There is no way to change an email.
#[async_trait]
pub trait UserWriter: Send {
    /// Adds a user; [`StorageError::Conflict`] when the email is taken.
    async fn insert_user(
        &mut self,
        user: NewUser,
        permit: CreatePermit,
    ) -> Result<(), StorageError> {
        self.insert_users(vec![(user, permit)]).await
    }

    /// Adds users, as [`UserWriter::insert_user`] does. What a conflict leaves is to be undone.
    async fn insert_users(
        &mut self,
        users: Vec<(NewUser, CreatePermit)>,
    ) -> Result<(), StorageError>;

    /// Replaces all roles of a user.
    async fn set_roles(
        &mut self,
        user: UserId,
        roles: &Roles,
        permit: RolesPermit,
    ) -> Result<(), StorageError>;

    /// Deletes a user with its password and API keys.
    async fn delete_user(&mut self, user: UserId, permit: DeletePermit)
    -> Result<(), StorageError>;
}

/// Changes passwords.
#[async_trait]
pub trait PasswordWriter: Send {
    /// Sets the hash of the user's password.
    async fn set_password_hash(
        &mut self,
        user: UserId,
        hash: &PasswordHash,
        at: Timestamp,
    ) -> Result<(), StorageError>;
}

/// Changes password links.
#[async_trait]
pub trait PasswordLinkWriter: Send {
    /// Keeps a link, of which only the digest of its token is kept, in place of an earlier one of its
    /// kind.
    async fn set_password_link(
        &mut self,
        link: &PasswordLink,
        digest: &TokenDigest,
    ) -> Result<(), StorageError>;

    /// Removes all links of the user.
    async fn delete_password_links(&mut self, user: UserId) -> Result<(), StorageError>;
}

/// Changes API keys.
#[async_trait]
pub trait ApiKeyWriter: Send {
    /// Adds a key, of which only the digest of its token is kept.
    async fn insert_api_key(
        &mut self,
        key: &ApiKey,
        digest: &TokenDigest,
    ) -> Result<(), StorageError>;

    /// Notes that a key was used, unless a later use is noted.
    async fn touch_api_key(&mut self, id: ApiKeyId, at: Timestamp) -> Result<(), StorageError>;

    /// Removes a key; [`StorageError::NotFound`] when there is none.
    async fn delete_api_key(&mut self, id: ApiKeyId) -> Result<(), StorageError>;
}

/// Changes sessions.
#[async_trait]
pub trait SessionWriter: Send {
    /// Adds a session, of which only the digest of its token is kept.
    async fn insert_session(
        &mut self,
        session: &Session,
        digest: &TokenDigest,
    ) -> Result<(), StorageError>;

    /// Notes that a session was used, unless a later use is noted.
    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), StorageError>;

    /// Removes a session; [`StorageError::NotFound`] when there is none.
    async fn delete_session(&mut self, id: SessionId) -> Result<(), StorageError>;

    /// Removes the sessions whose time is over.
    async fn delete_ended_sessions(&mut self, now: Timestamp) -> Result<(), StorageError>;
}

/// Changes throttles.
#[async_trait]
pub trait ThrottleWriter: Send {
    /// Sets until when a throttle reaches.
    async fn set_throttle(&mut self, bucket: &Bucket, until: Timestamp)
    -> Result<(), StorageError>;

    /// Removes throttles that lie in the past, at the most so many.
    async fn delete_past_throttles(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<(), StorageError>;
}

/// Changes data domains.
#[async_trait]
pub trait DataDomainWriter: Send {
    /// Adds a data domain; [`StorageError::Conflict`] when the name is or was in use.
    async fn insert_data_domain(
        &mut self,
        name: &DataDomainName,
        at: Timestamp,
        permit: DataDomainPermit,
    ) -> Result<(), StorageError>;

    /// Removes a data domain with all roles in it; its name stays used for good.
    /// [`StorageError::NotFound`] when there is none.
    async fn remove_data_domain(
        &mut self,
        name: &DataDomainName,
        at: Timestamp,
    ) -> Result<(), StorageError>;
}

/// Changes the directory's record.
#[async_trait]
pub trait DirectoryWriter: Send {
    /// Notes the first start, once.
    async fn set_started_at(&mut self, at: Timestamp) -> Result<(), StorageError>;

    /// Sets or removes the licence token.
    async fn set_licence(&mut self, token: Option<&str>) -> Result<(), StorageError>;

    /// Notes when the newest licence that was ever installed was issued.
    async fn set_latest_licence_issued_at(&mut self, at: Timestamp) -> Result<(), StorageError>;

    /// Notes the latest time.
    async fn set_latest_time(&mut self, at: Timestamp) -> Result<(), StorageError>;

    /// Opens a set-up code.
    async fn add_setup_code(
        &mut self,
        digest: &TokenDigest,
        at: Timestamp,
    ) -> Result<(), StorageError>;

    /// Whether every credential and its user is as it was at `epoch`: nothing that they rest on was
    /// changed since, be it by a commit or in this unit of work.
    fn has_rights_of(&self, epoch: Epoch) -> bool;

    /// Closes all set-up codes.
    async fn clear_setup_codes(&mut self) -> Result<(), StorageError>;
}

/// Adds to the audit trail; nothing in it is ever changed.
#[async_trait]
pub trait AuditWriter: Send {
    /// Appends entries, which follow the head of the trail.
    async fn append_audit(&mut self, records: &[AuditRecord]) -> Result<(), StorageError>;

    /// Gives an entry from before the chain its hash, once.
    async fn seal_audit(&mut self, number: u64, hash: &AuditHash) -> Result<(), StorageError>;
}
