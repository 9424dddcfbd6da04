//! What SQL storages share: statements that are valid in every dialect, written once.
//!
//! A storage crate brings a [`SqlConnection`]; [`SqlSession`] makes a reader and a unit of work of it.

mod api_keys;
mod audit;
mod browse;
mod bulk;
mod connection;
mod data_domains;
mod directory;
mod password_links;
mod passwords;
mod rows;
mod session;
mod sessions;
mod throttles;
mod users;

pub use connection::{Row, RowVisitor, SqlConnection, Value, setting};
pub use directory::{OPENING, Opening, open, read_epoch};
pub use session::SqlSession;
