//! Adding a data domain.

use async_trait::async_trait;
use dqops_users_domain::{DataDomainName, audit::Action, licence::AddDataDomain};

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Adds a data domain.
    ///
    /// # Errors
    /// [`ServiceError::DataDomainNameUsed`] and the licence's refusals.
    pub async fn add_data_domain(
        &self,
        caller: &Caller,
        name: DataDomainName,
    ) -> Result<(), ServiceError> {
        self.make(caller, Add { name }).await
    }
}

struct Add {
    name: DataDomainName,
}

#[async_trait]
impl Change for Add {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        if work.unit.is_data_domain_name_used(&self.name).await? {
            return Err(ServiceError::DataDomainNameUsed(self.name.clone()));
        }
        let beside_root = work.unit.data_domains().await?.len().saturating_sub(1);
        let feature = AddDataDomain { domains: beside_root as u64 };
        let permit = work.licence.permit(feature, work.licence_time)?;
        work.unit.insert_data_domain(&self.name, work.now, permit).await?;
        work.audit(Action::DataDomainAdded, &self.name, None, None).await
    }
}
