//! The directory as a command works on it: with the rights of whoever may use the machine.

use anyhow::{Context as _, Result};
use dqops_users_service::{Ambient, Caller, Directory};
use dqops_users_storage::EpochLease;

use super::output::Output;
use crate::settings::CommonSettings;

/// An open directory, on behalf of the local operator.
pub(super) struct Session {
    pub(super) directory: Directory,
    pub(super) operator: Caller,
    pub(super) output: Output,
}

impl Session {
    pub(super) async fn open(common: &CommonSettings) -> Result<Self> {
        let settings = common.service()?;
        let url = common.database_url()?;
        let storage = url.open().await.with_context(|| format!("cannot open {url}"))?;
        let directory = Directory::new(storage, settings, Ambient::system());
        directory.start().await?;
        let operator = directory.local_operator();
        Ok(Self { directory, operator, output: Output::new(common.json) })
    }

    /// Waits until every server on this database has noticed a change that was just made, so that it
    /// is in effect when the command says that it is done.
    pub(super) async fn take_effect(&self) {
        tokio::time::sleep(EpochLease::LENGTH).await;
    }

    pub(super) async fn close(&self) {
        self.directory.close().await;
    }
}
