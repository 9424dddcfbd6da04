//! What users look like on the wire.

use dqops_users_domain::{DataDomainRoles, Role};
use dqops_users_service::UserView;
use serde::Serialize;
use utoipa::ToSchema;

/// A user with its role in the account and, under an ENTERPRISE licence, in each data domain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DqoCloudUserModel)]
pub(crate) struct UserModel<'u> {
    /// The email, which names the user and never changes.
    #[schema(value_type = String, format = Email, max_length = 254, example = "sample_user@mail.com")]
    email: &'u str,
    /// The role in the whole account.
    #[schema(value_type = RoleName, example = "operator")]
    account_role: Role,
    /// The role in every data domain, `none` included; left out when the licence has no data domains.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, RoleName>>, nullable = false)]
    data_domain_roles: Option<&'u DataDomainRoles>,
}

/// What is sent to add or change a user. Members that are not known are ignored.
#[derive(Debug, ToSchema)]
#[schema(as = DqoCloudUserInput, rename_all = "camelCase")]
#[expect(dead_code, reason = "it documents what `UserBody` reads member by member")]
pub(crate) struct UserInputModel {
    /// The email: needed, and in an update equal to that of the path.
    #[schema(max_length = 254, format = Email, example = "sample_user@mail.com")]
    email: String,
    /// The role in the whole account: needed to add a user; left as it is by an update without it.
    #[schema(value_type = Option<RoleName>, example = "operator")]
    account_role: Option<String>,
    /// All roles in data domains: left as they are when absent, cleared by `{}`.
    #[schema(value_type = Option<std::collections::BTreeMap<String, RoleName>>)]
    data_domain_roles: Option<()>,
}

/// The name of a role, from the strongest to the weakest.
#[derive(Debug, ToSchema)]
#[schema(as = DqoUserRole, rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents `domain::Role`, which knows no OpenAPI")]
pub(crate) enum RoleName {
    Admin,
    Editor,
    Operator,
    Viewer,
    None,
}

impl UserModel<'_> {
    /// Appends the JSON.
    pub(crate) fn write_to(&self, json: &mut Vec<u8>) {
        // Writing plain data to memory cannot fail.
        let _ = serde_json::to_writer(json, self);
    }
}

impl<'u> From<&'u UserView> for UserModel<'u> {
    fn from(user: &'u UserView) -> Self {
        Self {
            email: user.email.as_str(),
            account_role: user.account_role,
            data_domain_roles: user.data_domain_roles.as_ref(),
        }
    }
}
