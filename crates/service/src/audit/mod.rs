//! The audit trail: looking at it, verifying its chain, and taking it away.

mod export;
mod list;
mod seal;
mod verify;
mod walk;

pub use list::AuditPage;
pub use walk::{AuditVerification, AuditVisitor};
