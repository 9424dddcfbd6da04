//! Why a use case was refused or failed, in words for the administrator.

use std::sync::Arc;

use dqops_users_domain::{DataDomainName, Email, Permission, licence::LicenceRefusal};
use dqops_users_storage::StorageError;
use jiff::SignedDuration;

use crate::passwords::{Overloaded, PasswordRejection};

/// A field at fault, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldError {
    /// A field at fault.
    pub fn new(field: impl Into<String>, detail: &(impl ToString + ?Sized)) -> Self {
        Self { field: field.into(), detail: detail.to_string() }
    }
}

/// Why a use case did not do what was asked. Nothing was changed, except after
/// [`StorageError::OutcomeUnknown`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// No credential was given.
    #[error("this needs a credential: send `Authorization: Bearer` with an API key")]
    AuthenticationRequired,
    /// The credential is unknown, expired, revoked, or its user is gone.
    #[error(
        "the credential is not valid: it is unknown, expired or revoked, or its user was deleted"
    )]
    InvalidCredential,
    /// The set-up code is wrong.
    #[error("this is not the set-up code: copy it from what the server printed when it started")]
    WrongSetupCode,
    /// The email or the password is wrong, or there is no password, or no right to sign in; which of
    /// these it is stays a secret.
    #[error("the email or the password is wrong")]
    SignInRefused,
    /// Too many attempts to sign in failed.
    #[error("there were too many attempts; try again in {} s", .retry_after.as_secs())]
    TooManyAttempts {
        /// When the next attempt will be looked at.
        retry_after: SignedDuration,
    },
    /// There is no such session, or the caller may not see it.
    #[error("there is no such session")]
    SessionNotFound,
    /// The password link is unknown, used, revoked, replaced or expired.
    #[error(
        "this link does not work any more: it was used, replaced, revoked, or is too old; ask an admin for a new one"
    )]
    PasswordLinkNotFound,
    /// No mail can be sent, because none is configured.
    #[error("mail is not configured here: start the server with --smtp-url")]
    NoMail,
    /// The link was made, but could not be mailed.
    #[error("the mail could not be sent; the server's log says why")]
    MailNotSent,
    /// The caller's role does not grant the permission.
    #[error("this needs the permission {0}, which your role does not grant")]
    PermissionDenied(Permission),
    /// The licence does not allow it.
    #[error(transparent)]
    Licence(#[from] LicenceRefusal),
    /// There is no such user.
    #[error("there is no user {0}")]
    UserNotFound(Email),
    /// There is such a user already.
    #[error("the user {0} exists already")]
    UserExists(Email),
    /// The email in the body is not the one in the path.
    #[error("the email of a user cannot be changed: the body must hold the email of the path, {0}")]
    EmailImmutable(Email),
    /// A field that is needed is missing or empty.
    #[error("{0} is missing or empty")]
    MissingField(&'static str),
    /// A field has a value that is not allowed.
    #[error("{}: {}", .0.field, .0.detail)]
    InvalidField(FieldError),
    /// It would leave the directory without an admin.
    #[error("{0} is the last admin; make another user an admin first")]
    LastAdmin(Email),
    /// The password breaks the policy.
    #[error(transparent)]
    PasswordRejected(#[from] PasswordRejection),
    /// The user has changed since the caller read it.
    #[error("the user was changed since it was read; read it again and repeat the change")]
    PreconditionFailed,
    /// There is no user behind this caller, because the directory has no admin yet.
    #[error(
        "there is no owner yet on whose behalf this could be done: make the first admin, with the set-up code of the server's log or with `dqops-users recover-admin`"
    )]
    NoOwner,
    /// The directory has an admin already.
    #[error(
        "the directory is set up already; if nobody can sign in, run `dqops-users recover-admin` on the server"
    )]
    AlreadySetUp,
    /// There is no such API key, or the caller may not see it.
    #[error("there is no such API key")]
    ApiKeyNotFound,
    /// The user has as many API keys as there may be.
    #[error("the user has a thousand API keys; revoke some that are not used any more")]
    TooManyKeys,
    /// There is no such data domain.
    #[error("there is no data domain {0}")]
    DataDomainNotFound(DataDomainName),
    /// The name is in use, or was in use before.
    #[error("the data domain {0} exists or did exist before; a name is not used again")]
    DataDomainNameUsed(DataDomainName),
    /// No licence is installed.
    #[error("no licence is installed")]
    NoLicenceInstalled,
    /// Too much is asked at once.
    #[error("the server is busy; try again in a moment")]
    Overloaded,
    /// The storage failed.
    #[error(transparent)]
    Storage(Arc<StorageError>),
}

impl ServiceError {
    /// A field with a value that is not allowed.
    pub fn invalid(field: impl Into<String>, detail: &(impl ToString + ?Sized)) -> Self {
        Self::InvalidField(FieldError::new(field, detail))
    }
}

impl From<StorageError> for ServiceError {
    fn from(error: StorageError) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl From<Overloaded> for ServiceError {
    fn from(_: Overloaded) -> Self {
        Self::Overloaded
    }
}
