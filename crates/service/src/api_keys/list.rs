//! Looking at API keys: one's own, or as an admin anyone's.

use dqops_users_domain::{ApiKey, Email};

use crate::{Caller, Directory, ServiceError, users::find_owner};

/// A key and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedKey {
    /// The key.
    pub key: ApiKey,
    /// Its owner.
    pub owner: Email,
}

impl Directory {
    /// The keys of `owner`, or of everybody.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who are neither an
    /// admin nor that owner.
    pub async fn api_keys(
        &self,
        caller: &Caller,
        owner: Option<&Email>,
    ) -> Result<Vec<OwnedKey>, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must_own(owner)).await?;
        let id = find_owner(&mut *reader, owner).await?;
        let keys = reader.api_keys(id).await?;
        Ok(keys.into_iter().map(|(key, owner)| OwnedKey { key, owner }).collect())
    }
}
