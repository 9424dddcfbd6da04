//! The whole list as ready bytes, made once for each version.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::body::Bytes;
use dqops_users_service::{Caller, Directory, ListVersion, ServiceError};
use tokio::sync::Mutex;

use crate::models::UserModel;

/// The list and the version that it shows.
pub(crate) struct ReadyList {
    pub(crate) version: ListVersion,
    pub(crate) json: Bytes,
}

/// Keeps the list of the newest version.
#[derive(Default)]
pub(crate) struct ListCache {
    ready: ArcSwapOption<ReadyList>,
    /// Held while the list is made, so that callers who wait share one reading.
    making: Mutex<()>,
}

impl ListCache {
    /// The list as of now, as the caller may see it.
    pub(crate) async fn get(
        &self,
        directory: &Directory,
        caller: &Caller,
    ) -> Result<Arc<ReadyList>, ServiceError> {
        let version = directory.list_version(caller).await?;
        if let Some(ready) = self.ready_at(version) {
            return Ok(ready);
        }
        let _one_at_a_time = self.making.lock().await;
        let version = directory.list_version(caller).await?;
        if let Some(ready) = self.ready_at(version) {
            return Ok(ready);
        }
        let ready = Arc::new(make(directory, caller).await?);
        self.ready.store(Some(Arc::clone(&ready)));
        Ok(ready)
    }

    fn ready_at(&self, version: ListVersion) -> Option<Arc<ReadyList>> {
        self.ready.load_full().filter(|ready| ready.version == version)
    }
}

async fn make(directory: &Directory, caller: &Caller) -> Result<ReadyList, ServiceError> {
    let mut json = vec![b'['];
    let version = directory
        .visit_users(caller, &mut |user| {
            if json.len() > 1 {
                json.push(b',');
            }
            UserModel::from(&user).write_to(&mut json);
        })
        .await?;
    json.push(b']');
    json.shrink_to_fit();
    Ok(ReadyList { version, json: json.into() })
}
