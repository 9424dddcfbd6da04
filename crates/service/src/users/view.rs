//! A user as callers see it.

use std::{fmt, str::FromStr};

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

/// `u7`, with data domains `u7-d3`.
impl fmt::Display for UserVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "u{}", self.user)?;
        self.data_domains.map_or(Ok(()), |data_domains| write!(f, "-d{data_domains}"))
    }
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoVersion;

impl FromStr for UserVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let epoch = |digits: &str| {
            let number = digits.parse().map_err(|_| NoVersion)?;
            // One version has one text: no sign, no leading zero.
            if format!("{number}") == digits { Ok(Epoch(number)) } else { Err(NoVersion) }
        };
        let text = text.strip_prefix('u').ok_or(NoVersion)?;
        match text.split_once("-d") {
            None => Ok(Self { user: epoch(text)?, data_domains: None }),
            Some((user, domains)) => {
                Ok(Self { user: epoch(user)?, data_domains: Some(epoch(domains)?) })
            }
        }
    }
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
