//! From what was sent to the roles that a user will have.

use dqops_users_domain::{DataDomainRoles, Email, Role, Roles};

use crate::{ServiceError, work::Work};

/// What a caller sends about a user. What is absent stays as it is, where that is possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserInput {
    /// The email.
    pub email: Option<Email>,
    /// The role in the whole account.
    pub account_role: Option<Role>,
    /// All roles in data domains: an empty map clears them, and so does `none` for its domain.
    pub data_domain_roles: Option<DataDomainRoles>,
}

impl UserInput {
    /// The roles that a user with the roles `before` will have.
    pub(super) async fn roles_after(
        &self,
        before: &Roles,
        work: &mut Work<'_>,
    ) -> Result<Roles, ServiceError> {
        let domains = match &self.data_domain_roles {
            None => before.domains.clone(),
            Some(sent) => domains_after(sent, before, work).await?,
        };
        Ok(Roles { account: self.account_role.unwrap_or(before.account), domains })
    }
}

async fn domains_after(
    sent: &DataDomainRoles,
    before: &Roles,
    work: &mut Work<'_>,
) -> Result<DataDomainRoles, ServiceError> {
    let real: DataDomainRoles = sent
        .iter()
        .filter(|(_, role)| **role != Role::None)
        .map(|(name, role)| (name.clone(), *role))
        .collect();
    if !work.licence.has_data_domains() {
        // The DQOps web UI sends `{"(default)":"none"}` whatever the licence, so that is no request.
        return if real.is_empty() {
            Ok(before.domains.clone())
        } else {
            Err(work.licence.lacks_data_domains().into())
        };
    }
    if !real.is_empty() {
        let existing = work.unit.data_domains().await?;
        if let Some(unknown) = real.keys().find(|name| !existing.contains(name)) {
            return Err(ServiceError::invalid(
                format!("dataDomainRoles.{unknown}"),
                "there is no data domain of that name",
            ));
        }
    }
    Ok(real)
}
