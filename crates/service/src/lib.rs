//! The use cases of the directory, and every rule that they keep.
//!
//! Who may do what, what the licence allows, seats, the last admin, the immutable email, passwords
//! and the audit trail are decided here and nowhere else. Adapters translate to and from this crate;
//! the storage stores. Every public operation of [`Directory`] takes the [`Caller`] on whose behalf it
//! runs.

mod access;
mod ambient;
mod api_keys;
mod audit;
mod copying;
mod data_domains;
mod directory;
mod error;
mod facts;
mod figures;
mod first_admin;
mod health;
mod licensing;
mod password_links;
mod passwords;
mod profile;
mod sessions;
mod users;
mod work;

pub use access::Caller;
pub use ambient::{Ambient, Clock, OsRandomness, Randomness, SystemClock};
pub use api_keys::{IssuedKey, KeyLifetime, KeyLimits, NewKey, OwnedKey};
pub use audit::{AuditPage, AuditVerification, AuditVisitor};
pub use copying::{CopiedTable, CopyError, CopyPlan, CopyProgress, CopyPurpose, CopyReport};
pub use directory::{Directory, Settings};
pub use error::{FieldError, ServiceError};
pub use first_admin::{FirstAdmin, RecoveredAdmin};
pub use licensing::{LicenceAllowance, LicenceOrigin, LicenceReport};
pub use password_links::{IssuedLink, Mail, MailError, Mailer, Mailing};
pub use passwords::{Hasher, HashingSettings, PasswordPolicy, PasswordRejection};
pub use profile::Profile;
pub use sessions::{OwnedSession, SessionLimits, SignIn, SignedIn};
pub use users::{
    BrowsedPage, BrowsedUser, IfMatch, ImportMode, ImportReport, ImportRow, ListVersion, Progress,
    RowError, SeatOutlook, UserBrowse, UserInput, UserOutlook, UserPage, UserPosition, UserSort,
    UserVersion, UserView,
};
