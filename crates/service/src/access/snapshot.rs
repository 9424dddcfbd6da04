//! Reading on behalf of a caller: what is shown and what the caller may see are of one moment.

use dqops_users_storage::Reader;

use super::caller::Caller;
use crate::{Directory, ServiceError};

impl Directory {
    /// A snapshot for a caller who may do this, and the caller as they are in it.
    ///
    /// A request may be held up between being let in and reading, for as long as its process is stopped.
    /// Whoever lost their rights meanwhile sees nothing that came after that.
    pub(crate) async fn read_for(
        &self,
        caller: &Caller,
        must: impl Fn(&Caller) -> Result<(), ServiceError> + Send,
    ) -> Result<(Box<dyn Reader>, Caller), ServiceError> {
        must(caller)?;
        let mut reader = self.storage.read().await?;
        let Some(known_at) = caller.known_at() else { return Ok((reader, caller.clone())) };
        if reader.directory().await?.epoch == known_at {
            return Ok((reader, caller.clone()));
        }
        let (now, idle) = (self.shared.ambient.now(), self.shared.sessions.idle);
        let caller = caller.as_of_now(&mut *reader, now, idle).await?;
        must(&caller)?;
        Ok((reader, caller))
    }
}
