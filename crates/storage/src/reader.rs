//! What can be read in a snapshot, area by area.

use async_trait::async_trait;
use dqops_users_domain::{
    ApiKey, ApiKeyId, DataDomainName, Email, Epoch, PasswordHash, PasswordLink, Role, Session,
    SessionId, TokenDigest, User, UserId,
    audit::{Action, AuditHead, AuditRecord},
};
use jiff::Timestamp;

use crate::{BulkReader, StorageError};

/// A snapshot of the directory.
pub trait Reader:
    UserReader
    + PasswordReader
    + PasswordLinkReader
    + ApiKeyReader
    + SessionReader
    + ThrottleReader
    + DataDomainReader
    + DirectoryReader
    + AuditReader
    + BulkReader
{
}

impl<T> Reader for T where
    T: UserReader
        + PasswordReader
        + PasswordLinkReader
        + ApiKeyReader
        + SessionReader
        + ThrottleReader
        + DataDomainReader
        + DirectoryReader
        + AuditReader
        + BulkReader
{
}

/// Which users to visit, in the order of their emails.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Only users whose email comes after this one.
    pub after: Option<Email>,
    /// Only users whose email holds this text.
    pub search: Option<String>,
    /// Only users with this account role.
    pub role: Option<Role>,
    /// At the most so many.
    pub limit: Option<u32>,
    /// Whether to read their data domain roles; else the map stays empty.
    pub with_data_domain_roles: bool,
}

/// In which order to browse users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserOrder {
    /// By email, which is unique.
    #[default]
    Email,
    /// By the time when they were added, and then by email.
    Added,
}

/// Which users to browse, in which order.
#[derive(Clone, Debug, Default)]
pub struct BrowseQuery {
    /// Only users whose email holds this text.
    pub search: Option<String>,
    /// Only users with this account role.
    pub role: Option<Role>,
    /// The order.
    pub order: UserOrder,
    /// Whether the order is turned round.
    pub is_descending: bool,
    /// Only users who come after this one in the order.
    pub after: Option<(Timestamp, Email)>,
    /// At the most so many.
    pub limit: u32,
}

/// A user as the one who looks after them wants to see it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowsedUser {
    /// The user, without data domain roles.
    pub user: User,
    /// Whether the user has a password.
    pub has_password: bool,
    /// Until when the user's password link holds or held, if there is one.
    pub link_expires_at: Option<Timestamp>,
    /// In how many data domains the user has a role.
    pub domain_roles: u64,
}

/// Takes one user after the other, so that a long list is never in memory twice.
pub type UserVisitor<'v> = &'v mut (dyn FnMut(User) + Send);

/// Reads users.
#[async_trait]
pub trait UserReader: Send {
    /// The user with that email.
    async fn find_user(&mut self, email: &Email) -> Result<Option<User>, StorageError>;

    /// The users with those emails, of which none stands there twice, in no order.
    async fn find_users(&mut self, emails: &[Email]) -> Result<Vec<User>, StorageError>;

    /// The admin who was added first, by whom the mode without authentication acts.
    async fn oldest_admin(&mut self) -> Result<Option<User>, StorageError>;

    /// How many users there are; costs the same at any size.
    async fn count_users(&mut self) -> Result<u64, StorageError>;

    /// How many users have the account role `admin`.
    async fn count_admins(&mut self) -> Result<u64, StorageError>;

    /// Visits users in the byte order of their emails.
    async fn visit_users(
        &mut self,
        query: &UserQuery,
        visit: UserVisitor<'_>,
    ) -> Result<(), StorageError>;

    /// A page of users in any of the orders; costs the same on each page.
    async fn browse_users(&mut self, query: &BrowseQuery)
    -> Result<Vec<BrowsedUser>, StorageError>;
}

/// Reads password hashes, which are kept apart from users so that no user carries one along.
#[async_trait]
pub trait PasswordReader: Send {
    /// The hash of the user's password, if the user has one.
    async fn password_hash(&mut self, user: UserId) -> Result<Option<PasswordHash>, StorageError>;
}

/// Reads password links.
#[async_trait]
pub trait PasswordLinkReader: Send {
    /// The link with that digest and its user as of now. Expiry is the service's matter.
    async fn find_password_link(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(PasswordLink, Email)>, StorageError>;

    /// The user's link that holds longest, of whichever kind, if there is one.
    async fn password_link(&mut self, user: UserId) -> Result<Option<PasswordLink>, StorageError>;
}

/// Reads API keys.
#[async_trait]
pub trait ApiKeyReader: Send {
    /// The key with that digest and its owner as of now. Expiry is the service's matter.
    async fn find_by_digest(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(ApiKey, User)>, StorageError>;

    /// The key with that identity.
    async fn find_api_key(&mut self, id: ApiKeyId)
    -> Result<Option<(ApiKey, Email)>, StorageError>;

    /// The keys of one user, or of all, by owner and age.
    async fn api_keys(
        &mut self,
        owner: Option<UserId>,
    ) -> Result<Vec<(ApiKey, Email)>, StorageError>;
}

/// Reads sessions.
#[async_trait]
pub trait SessionReader: Send {
    /// The session with that digest and its user as of now. Whether it still holds is the service's
    /// matter.
    async fn find_session_by_digest(
        &mut self,
        digest: &TokenDigest,
    ) -> Result<Option<(Session, User)>, StorageError>;

    /// The session with that identity.
    async fn find_session(
        &mut self,
        id: SessionId,
    ) -> Result<Option<(Session, Email)>, StorageError>;

    /// The sessions of one user, or of all, by user and age.
    async fn sessions(
        &mut self,
        user: Option<UserId>,
    ) -> Result<Vec<(Session, Email)>, StorageError>;
}

/// Names what a throttle is about; a digest, so that the storage learns nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket(pub [u8; 32]);

/// Reads throttles.
#[async_trait]
pub trait ThrottleReader: Send {
    /// Until when the throttle reaches; `None` for one that was never set or lay in the past.
    async fn throttle(&mut self, bucket: &Bucket) -> Result<Option<Timestamp>, StorageError>;
}

/// Reads data domains.
#[async_trait]
pub trait DataDomainReader: Send {
    /// The data domains that exist, by name; the root domain, which always does, first.
    async fn data_domains(&mut self) -> Result<Vec<DataDomainName>, StorageError>;

    /// Whether a data domain of that name exists or once did.
    async fn is_data_domain_name_used(
        &mut self,
        name: &DataDomainName,
    ) -> Result<bool, StorageError>;
}

/// What is known of the directory as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRecord {
    /// The epoch of the snapshot.
    pub epoch: Epoch,
    /// The epoch of the last change of the set of data domains.
    pub data_domains_version: Epoch,
    /// When the directory was first opened; the evaluation counts from here.
    pub started_at: Option<Timestamp>,
    /// The latest time that was noted, by which a clock set back is noticed.
    pub latest_time: Timestamp,
    /// When the newest licence that was ever installed was issued.
    pub latest_licence_issued_at: Timestamp,
    /// The licence token that was installed.
    pub licence: Option<String>,
}

/// Reads the directory as a whole.
#[async_trait]
pub trait DirectoryReader: Send {
    /// The directory's record.
    async fn directory(&mut self) -> Result<DirectoryRecord, StorageError>;

    /// Whether a set-up code with that digest is open.
    async fn is_setup_code(&mut self, digest: &TokenDigest) -> Result<bool, StorageError>;
}

/// Which entries of the audit trail are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only what this one did, or what was done to it.
    pub person: Option<String>,
    /// Only this.
    pub action: Option<Action>,
    /// Only what was done at this time or later.
    pub since: Option<Timestamp>,
    /// Only what was done before this time.
    pub until: Option<Timestamp>,
    /// Only entries before the one with this number.
    pub before: Option<u64>,
    /// At the most so many.
    pub limit: u32,
}

impl AuditQuery {
    /// The latest entries.
    #[must_use]
    pub const fn latest(limit: u32) -> Self {
        Self { person: None, action: None, since: None, until: None, before: None, limit }
    }
}

/// Reads the audit trail.
#[async_trait]
pub trait AuditReader: Send {
    /// The end of the trail: the number of the last entry, and the hash of the last that has one. In a
    /// mutation, what the next entry is to follow.
    async fn audit_head(&mut self) -> Result<AuditHead, StorageError>;

    /// The entries that are wanted, the newest first.
    async fn audit_page(&mut self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StorageError>;

    /// The entries that come after the one with the number `after`, or all, in order, at the most
    /// `limit`.
    async fn audit_after(
        &mut self,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StorageError>;

    /// The first entries from before the chain that have no hash yet, in order, at the most `limit`.
    async fn unsealed_audit(&mut self, limit: u32) -> Result<Vec<AuditRecord>, StorageError>;
}
