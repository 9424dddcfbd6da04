//! The user, its roles, and what a change of roles does to its rights.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DataDomainName, Email, Epoch, Role};

/// A user's roles by data domain. A domain in which the user has no role is not in the map.
pub type DataDomainRoles = BTreeMap<DataDomainName, Role>;

/// The internal identity of a user. It is never shown and never reused: a user who is deleted and
/// added again under the same email is another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub Uuid);

/// The roles of one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// The role in the whole account.
    #[serde(rename = "accountRole")]
    pub account: Role,
    /// The roles in single data domains; never holds [`Role::None`] when made by [`Roles`]' methods.
    #[serde(rename = "dataDomainRoles", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: DataDomainRoles,
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The internal identity.
    pub id: UserId,
    /// The name of the user; it never changes.
    pub email: Email,
    /// The roles as of the time of reading.
    pub roles: Roles,
    /// When the user was added.
    pub created_at: Timestamp,
    /// The epoch of the last change of this user: no two states of one email share a version.
    pub version: Epoch,
}

/// What replacing one set of roles by another does to the rights of their bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessChange {
    /// Nothing changes.
    Unchanged,
    /// Some role becomes weaker and none stronger.
    Lowers,
    /// Some role becomes stronger.
    Widens {
        /// Whether a data domain role is among those that become stronger.
        in_data_domains: bool,
    },
}

impl Roles {
    /// An account role and no data domain roles.
    #[must_use]
    pub const fn new(account: Role) -> Self {
        Self { account, domains: BTreeMap::new() }
    }

    /// The same roles with `role` in `domain`; [`Role::None`] removes the domain.
    #[must_use]
    pub fn with_domain_role(mut self, domain: DataDomainName, role: Role) -> Self {
        if role == Role::None {
            self.domains.remove(&domain);
        } else {
            self.domains.insert(domain, role);
        }
        self
    }

    /// The role in a data domain: the stronger of the account role and the domain role, where a
    /// domain's `admin` counts as `editor` (DQOps: `UserDomainIdentity`).
    #[must_use]
    pub fn effective_in(&self, domain: &DataDomainName) -> Role {
        self.account.stronger(self.domain_role(domain).within_domain())
    }

    /// What replacing these roles by `next` does.
    #[must_use]
    pub fn change_to(&self, next: &Self) -> AccessChange {
        let domains = self.domains.keys().chain(next.domains.keys());
        let steps: Vec<_> = domains
            .map(|name| (self.domain_role(name).strength(), next.domain_role(name).strength()))
            .collect();
        let in_data_domains = steps.iter().any(|(before, after)| after > before);
        if in_data_domains || next.account.strength() > self.account.strength() {
            AccessChange::Widens { in_data_domains }
        } else if steps.iter().any(|(before, after)| after < before) || next.account != self.account
        {
            AccessChange::Lowers
        } else {
            AccessChange::Unchanged
        }
    }

    fn domain_role(&self, domain: &DataDomainName) -> Role {
        self.domains.get(domain).copied().unwrap_or(Role::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(name: &str) -> DataDomainName {
        name.parse().unwrap()
    }

    #[test]
    fn a_domain_role_can_only_add_rights() {
        let roles = Roles::new(Role::Operator)
            .with_domain_role(domain("a"), Role::Admin)
            .with_domain_role(domain("b"), Role::Viewer);
        assert_eq!(roles.effective_in(&domain("a")), Role::Editor);
        assert_eq!(roles.effective_in(&domain("b")), Role::Operator);
        assert_eq!(roles.effective_in(&domain("c")), Role::Operator);
    }

    #[test]
    fn none_means_no_role_in_that_domain() {
        let roles = Roles::new(Role::Viewer).with_domain_role(domain("a"), Role::Editor);
        assert_eq!(
            roles.clone().with_domain_role(domain("a"), Role::None),
            Roles::new(Role::Viewer)
        );
    }

    #[test]
    fn any_stronger_role_widens() {
        let viewer = Roles::new(Role::Viewer);
        let with_a = viewer.clone().with_domain_role(domain("a"), Role::Viewer);
        assert_eq!(viewer.change_to(&viewer), AccessChange::Unchanged);
        assert_eq!(
            viewer.change_to(&Roles::new(Role::Admin)),
            AccessChange::Widens { in_data_domains: false }
        );
        assert_eq!(viewer.change_to(&Roles::new(Role::None)), AccessChange::Lowers);
        assert_eq!(viewer.change_to(&with_a), AccessChange::Widens { in_data_domains: true });
        assert_eq!(with_a.change_to(&viewer), AccessChange::Lowers);
        // Down in the account and up in a domain: it widens, so the licence is asked.
        let none_with_a = Roles::new(Role::None).with_domain_role(domain("a"), Role::Editor);
        assert_eq!(viewer.change_to(&none_with_a), AccessChange::Widens { in_data_domains: true });
    }
}
