//! The users of the directory.

mod browse;
mod create;
mod delete;
mod get;
mod import;
mod list;
mod outlook;
mod roles;
mod update;
mod view;

use dqops_users_domain::{Email, UserId};
use dqops_users_storage::Reader;

use crate::ServiceError;

pub use dqops_users_storage::BrowsedUser;

pub use browse::{BrowsedPage, UserBrowse, UserPosition, UserSort};
pub use import::{ImportMode, ImportReport, ImportRow, Progress, RowError};
pub use list::{ListVersion, UserPage};
pub use outlook::{SeatOutlook, UserOutlook};
pub use roles::UserInput;
pub use update::IfMatch;
pub use view::{UserVersion, UserView};

/// The identity of the user whose things are meant; `None` for those of everybody.
pub(crate) async fn find_owner(
    reader: &mut dyn Reader,
    owner: Option<&Email>,
) -> Result<Option<UserId>, ServiceError> {
    let Some(email) = owner else { return Ok(None) };
    let found = reader.find_user(email).await?;
    Ok(Some(found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?.id))
}
