//! Looking at the data domains.

use dqops_users_domain::{DataDomainName, Permission};

use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// The data domains that exist, by name; the root domain, which always does, first.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn data_domains(&self, caller: &Caller) -> Result<Vec<DataDomainName>, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        Ok(reader.data_domains().await?)
    }
}
