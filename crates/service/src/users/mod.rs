//! The users of the directory.

mod create;
mod delete;
mod get;
mod import;
mod list;
mod roles;
mod update;
mod view;

pub use import::{ImportMode, ImportReport, ImportRow, Progress, RowError};
pub use list::{ListVersion, UserPage};
pub use roles::UserInput;
pub use update::IfMatch;
pub use view::{UserVersion, UserView};
