//! Roles in forms and in words.

use dqops_users_domain::{DataDomainName, DataDomainRoles, Permission, Role};
use dqops_users_service::{ServiceError, UserView};

use crate::fields::Fields;

/// One role in a list of choices.
#[derive(Clone, Debug)]
pub(crate) struct RoleChoice {
    /// The role.
    pub(crate) role: Role,
    /// Whether it is the one that stands there.
    pub(crate) is_selected: bool,
    /// Why it cannot be chosen: a clause without a full stop. The selected one stays choosable.
    pub(crate) refusal: Option<String>,
}

/// The role in one data domain.
#[derive(Clone, Debug)]
pub(crate) struct DomainRole {
    /// The domain's name.
    pub(crate) domain: String,
    /// The role.
    pub(crate) role: Role,
}

/// The choice of a role in one data domain: the field `domain:{domain}`.
#[derive(Clone, Debug)]
pub(crate) struct DomainRoleForm {
    /// The domain's name.
    pub(crate) domain: String,
    /// The choices. Their reasons are not shown one by one: [`DomainRolesForm::refusal`] says why.
    pub(crate) choices: Vec<RoleChoice>,
}

/// The choice of roles in data domains.
#[derive(Clone, Debug)]
pub(crate) struct DomainRolesForm {
    /// The domains that roles can be chosen in. Without any and without a refusal, it is said that
    /// there are none yet.
    pub(crate) rows: Vec<DomainRoleForm>,
    /// Why there is less to choose than there could be: a sentence.
    pub(crate) refusal: Option<String>,
}

impl DomainRoleForm {
    /// The choice in one domain, where `refusal` says why the role cannot become stronger.
    pub(crate) fn of(domain: &DataDomainName, role: Role, refusal: Option<&str>) -> Self {
        let choice = |other: Role| RoleChoice {
            role: other,
            is_selected: other == role,
            refusal: refusal.filter(|_| other.strength() > role.strength()).map(str::to_owned),
        };
        Self { domain: domain.as_str().to_owned(), choices: Role::ALL.map(choice).to_vec() }
    }
}

impl DomainRolesForm {
    /// What the form calls a field of the service: `dataDomainRoles.sales` is `domain-2`.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let domain = name.strip_prefix("dataDomainRoles.")?;
        let place = self.rows.iter().position(|row| row.domain == domain);
        // A domain that is gone has no field any more; then it is the roles that are at fault.
        Some(place.map_or_else(|| "accountRole".to_owned(), |place| format!("domain-{place}")))
    }
}

/// The user's roles in data domains, without those that are none.
pub(crate) fn domain_roles(view: &UserView) -> Vec<DomainRole> {
    let roles = view.data_domain_roles.iter().flatten();
    let real = roles.filter(|(_, role)| **role != Role::None);
    real.map(|(name, role)| DomainRole { domain: name.as_str().to_owned(), role: *role }).collect()
}

/// The account role that a form holds.
pub(crate) fn role_in(fields: &Fields) -> Result<Option<Role>, ServiceError> {
    let role = fields.given("accountRole").map(str::parse).transpose();
    role.map_err(|error| ServiceError::invalid("accountRole", &error))
}

/// The roles in data domains that a form holds; `None` where it shows none.
pub(crate) fn domain_roles_in(fields: &Fields) -> Result<Option<DataDomainRoles>, ServiceError> {
    let mut roles = DataDomainRoles::new();
    for (name, role) in fields.below("domain:") {
        let field = || format!("dataDomainRoles.{name}");
        let domain = name.parse().map_err(|error| ServiceError::invalid(field(), &error))?;
        let role: Role = role.parse().map_err(|error| ServiceError::invalid(field(), &error))?;
        roles.insert(domain, role);
    }
    Ok(Some(roles).filter(|roles| !roles.is_empty()))
}

/// Roles that cannot be chosen, for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedRoles {
    /// Their names in one line.
    pub(crate) roles: String,
    /// Why.
    pub(crate) reason: String,
}

/// The refusals in the choices, those of one reason together.
#[must_use]
pub(crate) fn refused(choices: &[RoleChoice]) -> Vec<RefusedRoles> {
    let mut all: Vec<RefusedRoles> = Vec::new();
    for (role, reason) in choices.iter().filter_map(|c| Some((c.role, c.refusal.as_ref()?))) {
        if let Some(refused) = all.iter_mut().find(|refused| refused.reason == *reason) {
            refused.roles.push_str(", ");
            refused.roles.push_str(role.as_str());
        } else {
            all.push(RefusedRoles { roles: role.as_str().to_owned(), reason: reason.clone() });
        }
    }
    all
}

/// What the role grants, in one line.
#[must_use]
pub(crate) fn what(role: Role) -> String {
    let all = [
        (Permission::View, "view"),
        (Permission::Operate, "operate"),
        (Permission::Edit, "edit"),
        (Permission::ManageAccount, "manage users"),
    ];
    let granted: Vec<_> =
        all.into_iter().filter(|(p, _)| role.grants(*p)).map(|(_, name)| name).collect();
    if granted.is_empty() { "no access".to_owned() } else { granted.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_role_grants_is_said_in_words() {
        assert_eq!(what(Role::Admin), "view, operate, edit, manage users");
        assert_eq!(what(Role::Operator), "view, operate");
        assert_eq!(what(Role::None), "no access");
    }

    #[test]
    fn refusals_for_one_reason_are_said_once() {
        let choice = |role, refusal: Option<&str>| RoleChoice {
            role,
            is_selected: false,
            refusal: refusal.map(str::to_owned),
        };
        let choices = [
            choice(Role::Admin, Some("lapsed")),
            choice(Role::Editor, Some("lapsed")),
            choice(Role::Viewer, None),
        ];
        let expected =
            RefusedRoles { roles: "admin, editor".to_owned(), reason: "lapsed".to_owned() };
        assert_eq!(refused(&choices), [expected]);
    }
}
