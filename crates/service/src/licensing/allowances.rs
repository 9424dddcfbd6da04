//! What the licence allows now, asked of the same rules that decide on each change.

use dqops_users_domain::{
    AccessChange, Permission,
    licence::{ChangeRoles, CreateUser, DeleteUser, LicenceRefusal},
};

use crate::{Caller, Directory, ServiceError};

/// An operation, and why the licence refuses it.
#[derive(Clone, Copy, Debug)]
pub struct LicenceAllowance {
    /// The operation.
    pub what: &'static str,
    /// Why it is refused; `None` where it is allowed.
    pub refusal: Option<LicenceRefusal>,
}

impl Directory {
    /// What the licence allows now, in the order in which it is asked for.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn licence_allowances(
        &self,
        caller: &Caller,
    ) -> Result<Vec<LicenceAllowance>, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let facts = self.read_facts(&mut *reader).await?;
        let users = reader.count_users().await?;
        let (licence, now) = (&facts.licence, facts.licence_time(self.shared.ambient.now()));
        let change = |change| licence.permit(ChangeRoles { change, users }, now).err();
        let widens = |in_data_domains| AccessChange::Widens { in_data_domains };
        let domains = licence.has_data_domains();
        let allowance = |what, refusal| LicenceAllowance { what, refusal };
        Ok(vec![
            allowance("See users, sign in, change passwords", None),
            allowance("Add users", licence.permit(CreateUser { users }, now).err()),
            allowance("Give users more rights", change(widens(false))),
            allowance("Take rights away", change(AccessChange::Lowers)),
            allowance("Delete users", licence.permit(DeleteUser { users }, now).err()),
            allowance(
                "Roles in data domains",
                if domains { change(widens(true)) } else { Some(licence.lacks_data_domains()) },
            ),
        ])
    }
}
