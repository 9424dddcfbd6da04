//! The audit trail: who did what, on whom, when, and how it was before and after; and the chain of
//! hashes by which an edit of it is found.

mod chain;
mod entry;
mod fault;
mod hash;
mod line;
mod record;

pub use chain::{AuditHead, Chain};
pub use entry::{Action, Actor, AuditEntry};
pub use fault::AuditFault;
pub use hash::{AuditHash, NoAuditHash};
pub use record::{AuditRecord, UnreadableRecord};
