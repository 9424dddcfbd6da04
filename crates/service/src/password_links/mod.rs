//! Password links: by a one-time link a user sets a password, so that no admin has to know it.
//!
//! Only the digest of a link's token is kept. Looking at a link uses nothing up, because programs that
//! scan mail open links; setting the password does.

mod issue;
mod look;
mod mail;
mod redeem;
mod request;
mod revoke;

pub use issue::IssuedLink;
pub use mail::{Mail, MailError, Mailer, Mailing};
