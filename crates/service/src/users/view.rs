//! A user as callers see it.

use dqops_users_domain::{DataDomainRoles, Email, Epoch, Role, User};

use crate::facts::DirectoryFacts;

/// A user as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The email.
    pub email: Email,
    /// The role in the whole account.
    pub account_role: Role,
    /// The role in every data domain, `none` included; `None` when the licence has no data domains.
    pub data_domain_roles: Option<DataDomainRoles>,
    /// The version of this view.
    pub version: UserVersion,
}

/// The version of a view: equal versions of one email show the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserVersion {
    /// The user's own version.
    pub user: Epoch,
    /// The version of the set of data domains, where they are shown.
    pub data_domains: Option<Epoch>,
}

impl UserView {
    pub(super) fn new(user: User, facts: &DirectoryFacts) -> Self {
        let version = UserVersion::of(&user, facts);
        let data_domain_roles = facts.licence.has_data_domains().then(|| {
            let role_in = |name| user.roles.domains.get(name).copied().unwrap_or(Role::None);
            facts.data_domains.iter().map(|name| (name.clone(), role_in(name))).collect()
        });
        Self { email: user.email, account_role: user.roles.account, data_domain_roles, version }
    }
}

impl UserVersion {
    pub(super) fn of(user: &User, facts: &DirectoryFacts) -> Self {
        let shows_data_domains = facts.licence.has_data_domains();
        Self {
            user: user.version,
            data_domains: shows_data_domains.then_some(facts.record.data_domains_version),
        }
    }
}
