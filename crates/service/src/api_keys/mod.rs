//! API keys: long-lived credentials of one user, without rights of their own.

mod issue;
mod list;
mod revoke;

pub use issue::{IssuedKey, KeyLifetime, NewKey};
pub use list::OwnedKey;
