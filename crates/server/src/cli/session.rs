//! The directory as a command works on it: with the rights of whoever may use the machine.

use anyhow::{Context as _, Result, bail};
use dqops_users_service::{Ambient, Caller, Directory};
use dqops_users_storage::EpochLease;

use super::output::Output;
use crate::{public_url::PublicUrl, settings::CommonSettings, storage::DatabaseUrl};

/// An open directory, on behalf of the local operator.
pub(super) struct Session {
    pub(super) directory: Directory,
    pub(super) operator: Caller,
    pub(super) output: Output,
    /// What password links begin with; their token follows.
    pub(super) link_base: String,
}

impl Session {
    /// Opens it. Only a command that may make a database opens one that does not exist: else, in the
    /// wrong folder, it would look as if all users were gone.
    pub(super) async fn open(common: &CommonSettings, may_make: bool) -> Result<Self> {
        let session = Self::connect(common, may_make).await?;
        session.directory.start().await?;
        Ok(session)
    }

    /// Opens it to look at it alone: beyond an update of the schema nothing is written, not even that the
    /// directory was started.
    pub(super) async fn look(common: &CommonSettings) -> Result<Self> {
        Self::connect(common, false).await
    }

    async fn connect(common: &CommonSettings, may_make: bool) -> Result<Self> {
        let public_url = common.public_url()?;
        let directory = directory_at(common, &common.database_url()?, may_make).await?;
        let operator = directory.local_operator();
        let link_base = public_url.map_or_else(PublicUrl::local_link_base, |url| url.link_base());
        Ok(Self { directory, operator, output: Output::new(common.json), link_base })
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

/// Opens the directory at a place. Only a command that may make one opens one that does not exist.
pub(super) async fn directory_at(
    common: &CommonSettings,
    url: &DatabaseUrl,
    may_make: bool,
) -> Result<Directory> {
    let settings = common.service()?;
    let context = || format!("cannot open {url}");
    if !may_make && !url.is_there().await.with_context(context)? {
        bail!(
            "there is no directory in {}; say where it is with --database-url, or start the server, which makes one",
            url.place()
        );
    }
    let storage = url.open().await.with_context(context)?;
    Ok(Directory::new(storage, settings, Ambient::system()))
}
