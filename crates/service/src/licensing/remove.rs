//! Removing the installed licence, so that the evaluation, or its end, is in force again.

use async_trait::async_trait;
use dqops_users_domain::audit::Action;

use super::install::summary;
use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Removes the installed licence.
    ///
    /// # Errors
    /// [`ServiceError::NoLicenceInstalled`].
    pub async fn remove_licence(&self, caller: &Caller) -> Result<(), ServiceError> {
        self.make(caller, Remove).await
    }
}

struct Remove;

#[async_trait]
impl Change for Remove {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        if work.record.licence.is_none() {
            return Err(ServiceError::NoLicenceInstalled);
        }
        work.unit.set_licence(None).await?;
        if work.licence.is_evaluation() {
            // What was installed did not verify, so there is nothing to tell about it.
            return work.audit(Action::LicenceRemoved, "(not verified)", None, None).await;
        }
        let claims = work.licence.claims().clone();
        work.audit(Action::LicenceRemoved, claims.id, Some(summary(&claims)), None).await
    }
}
