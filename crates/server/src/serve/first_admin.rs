//! The first admin at the start: named by a setting, or whoever uses the set-up code.

use anyhow::{Context as _, Result};
use dqops_users_domain::{Email, Token};
use dqops_users_service::Directory;

use super::ServeSettings;
use crate::settings::password_in;

/// Makes the owner that was named, else opens a set-up code while there is no admin.
pub(super) async fn prepare(
    directory: &Directory,
    owner: Option<Email>,
    settings: &ServeSettings,
) -> Result<Option<Token>> {
    let Some(owner) = owner else {
        return Ok(directory.open_setup_code().await?);
    };
    let file = settings.owner_password_file.as_ref().filter(|file| !file.as_os_str().is_empty());
    let password = file.map(password_in).transpose()?;
    let made = directory.name_owner(&owner, password).await;
    if made.context("the owner could not be made the first admin")? {
        tracing::info!(
            %owner,
            "made the first admin; `dqops-users api-key issue {owner}` gives an API key"
        );
    }
    Ok(None)
}
