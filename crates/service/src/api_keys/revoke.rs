//! Revoking an API key; it is refused from the next request on.

use async_trait::async_trait;
use dqops_users_domain::{ApiKeyId, Email, Permission, audit::Action};
use serde_json::json;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Revokes a key: one's own, or as an admin anyone's.
    ///
    /// # Errors
    /// [`ServiceError::ApiKeyNotFound`], also for a key that the caller may not see.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), ServiceError> {
        self.make(caller, Revoke { id, owner: None }).await
    }

    /// The same for a key that must be of `owner`, as where an address names both.
    ///
    /// # Errors
    /// [`ServiceError::ApiKeyNotFound`], also for a key of somebody else.
    pub async fn revoke_api_key_of(
        &self,
        caller: &Caller,
        owner: &Email,
        id: ApiKeyId,
    ) -> Result<(), ServiceError> {
        self.make(caller, Revoke { id, owner: Some(owner.clone()) }).await
    }
}

struct Revoke {
    id: ApiKeyId,
    /// Whose it must be, if that was said.
    owner: Option<Email>,
}

#[async_trait]
impl Change for Revoke {
    type Done = ();

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        caller.must(Permission::View)
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let found = work.unit.find_api_key(self.id).await?;
        let (key, owner) = found.ok_or(ServiceError::ApiKeyNotFound)?;
        let is_named = self.owner.as_ref().is_none_or(|named| *named == owner);
        if !is_named || work.caller.must_own(Some(&owner)).is_err() {
            return Err(ServiceError::ApiKeyNotFound);
        }
        work.unit.delete_api_key(key.id).await?;
        let before = json!({"id": key.id, "name": key.name, "expiresAt": key.expires_at});
        work.audit(Action::ApiKeyRevoked, owner, Some(before), None).await
    }
}
