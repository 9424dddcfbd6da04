//! Removing a data domain with all roles in it. It takes access away, so no licence refuses it.

use async_trait::async_trait;
use dqops_users_domain::{DataDomainName, audit::Action};
use dqops_users_storage::StorageError;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Removes a data domain for good: its name is not used again.
    ///
    /// # Errors
    /// [`ServiceError::DataDomainNotFound`]; [`ServiceError::InvalidField`] for the root domain.
    pub async fn remove_data_domain(
        &self,
        caller: &Caller,
        name: DataDomainName,
    ) -> Result<(), ServiceError> {
        if name.is_root() {
            return Err(ServiceError::invalid("name", "the root domain cannot be removed"));
        }
        self.make(caller, Remove { name }).await
    }
}

struct Remove {
    name: DataDomainName,
}

#[async_trait]
impl Change for Remove {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let removed = work.unit.remove_data_domain(&self.name, work.now).await;
        removed.map_err(|error| match error {
            StorageError::NotFound(_) => ServiceError::DataDomainNotFound(self.name.clone()),
            other => other.into(),
        })?;
        work.audit(Action::DataDomainRemoved, &self.name, None, None).await
    }
}
