//! Roles and the permissions that they grant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A role in the whole account or in one data domain, from the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything, including managing users.
    Admin,
    /// May change data sources and checks.
    Editor,
    /// May run checks.
    Operator,
    /// May look.
    Viewer,
    /// May do nothing.
    None,
}

/// What a role grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See any object.
    View,
    /// Run checks and collect statistics.
    Operate,
    /// Change data sources and definitions.
    Edit,
    /// Manage users and the account.
    ManageAccount,
}

impl Role {
    /// Every role, from the strongest to the weakest.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Editor, Self::Operator, Self::Viewer, Self::None];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::None => "none",
        }
    }

    /// Whether the role grants the permission (DQOps: `DqoPermissionGrantedAuthorities`).
    #[must_use]
    pub const fn grants(self, permission: Permission) -> bool {
        let needed = match permission {
            Permission::View => Self::Viewer,
            Permission::Operate => Self::Operator,
            Permission::Edit => Self::Editor,
            Permission::ManageAccount => Self::Admin,
        };
        self.strength() >= needed.strength()
    }

    /// The order of roles: a stronger role may do all that a weaker one may.
    #[must_use]
    pub const fn strength(self) -> u8 {
        match self {
            Self::Admin => 4,
            Self::Editor => 3,
            Self::Operator => 2,
            Self::Viewer => 1,
            Self::None => 0,
        }
    }

    /// The stronger of the two.
    #[must_use]
    pub const fn stronger(self, other: Self) -> Self {
        if other.strength() > self.strength() { other } else { self }
    }

    /// What the role is worth as a data domain role: a domain's `admin` counts as `editor`, because
    /// only the account role can grant [`Permission::ManageAccount`] (DQOps: `UserDomainIdentity`).
    #[must_use]
    pub const fn within_domain(self) -> Self {
        match self {
            Self::Admin => Self::Editor,
            other => other,
        }
    }
}

impl Permission {
    /// The name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Operate => "operate",
            Self::Edit => "edit",
            Self::ManageAccount => "manage_account",
        }
    }
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role; the roles are admin, editor, operator, viewer and none")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_follow_the_table_of_the_contract() {
        use Permission::{Edit, ManageAccount, Operate, View};
        let granted = |role: Role| {
            [View, Operate, Edit, ManageAccount].map(|permission| role.grants(permission))
        };
        assert_eq!(granted(Role::Admin), [true, true, true, true]);
        assert_eq!(granted(Role::Editor), [true, true, true, false]);
        assert_eq!(granted(Role::Operator), [true, true, false, false]);
        assert_eq!(granted(Role::Viewer), [true, false, false, false]);
        assert_eq!(granted(Role::None), [false, false, false, false]);
    }

    #[test]
    fn names_are_exact() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        for text in ["ADMIN", "owner", "", " admin"] {
            assert_eq!(text.parse::<Role>(), Err(UnknownRole));
        }
    }

    #[test]
    fn a_domain_admin_is_worth_an_editor() {
        assert_eq!(Role::Admin.within_domain(), Role::Editor);
        assert_eq!(Role::Viewer.stronger(Role::Operator), Role::Operator);
        assert_eq!(Role::Admin.stronger(Role::None), Role::Admin);
    }
}
