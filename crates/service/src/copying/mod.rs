//! Carrying a whole directory into a database in which nothing is: backups, restoring them, and moving
//! from one kind of database to the other. All three are the same copy.

mod carry;
mod copy;
mod error;
mod load;
mod steps;

pub use copy::{CopiedTable, CopyPlan, CopyPurpose, CopyReport};
pub use error::CopyError;
pub use steps::CopyProgress;
