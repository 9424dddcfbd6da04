//! `GET /api/environment/profile`: what the caller is and may do.

use axum::{extract::State, http::StatusCode, response::Response};
use dqops_users_domain::{Permission, Role, licence::LicenceType};
use dqops_users_service::Profile;
use dqops_users_web::Failure;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::private;
use crate::{
    extract::Authenticated, models::RoleName, openapi::CommonFailures, state::SharedState,
};

/// The profile as DQOps' own clients read it, with its members in DQOps' order
/// (DQOps: `DqoUserProfileModel`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DqoUserProfileModel)]
#[expect(clippy::struct_excessive_bools, reason = "DQOps made it so")]
pub(crate) struct ProfileModel<'p> {
    /// The caller's email; left out when there is no user behind the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    user: Option<&'p str>,
    /// To whom the licence is issued; `Standalone` without a licence.
    #[schema(value_type = String)]
    tenant: &'p str,
    /// `FREE`, `PERSONAL`, `TEAM` or `ENTERPRISE`.
    #[schema(value_type = String, example = "TEAM")]
    license_type: LicenceType,
    /// When the evaluation ends; left out under a licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    trial_period_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    connections_limit: Option<u32>,
    /// The seats of the licence.
    users_limit: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    months_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    connection_tables_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tables_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    jobs_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    data_domains_limit: Option<u32>,
    /// The caller's role in the whole account.
    #[schema(value_type = RoleName)]
    account_role: Role,
    data_quality_data_warehouse_enabled: bool,
    can_manage_account: bool,
    can_view_any_object: bool,
    can_manage_scheduler: bool,
    can_cancel_jobs: bool,
    can_run_checks: bool,
    can_delete_data: bool,
    can_collect_statistics: bool,
    can_manage_data_sources: bool,
    can_synchronize: bool,
    can_edit_comments: bool,
    can_edit_labels: bool,
    can_manage_definitions: bool,
    can_compare_tables: bool,
    can_manage_users: bool,
    can_manage_and_view_shared_credentials: bool,
    can_change_own_password: bool,
    can_use_data_domains: bool,
    can_synchronize_to_data_catalog: bool,
    can_use_ai_anomaly_detection: bool,
    can_logout: bool,
}

impl<'p> From<&'p Profile> for ProfileModel<'p> {
    fn from(profile: &'p Profile) -> Self {
        let may = |permission| profile.account_role.grants(permission);
        let (view, operate) = (may(Permission::View), may(Permission::Operate));
        let (edit, manage) = (may(Permission::Edit), may(Permission::ManageAccount));
        let licence = &profile.licence;
        let (claims, is_evaluation) = (licence.claims(), licence.is_evaluation());
        Self {
            user: profile.email.as_ref().map(AsRef::as_ref),
            tenant: if is_evaluation { "Standalone" } else { &claims.customer },
            license_type: claims.licence_type,
            trial_period_expires_at: claims.expires_at.filter(|_| is_evaluation),
            connections_limit: claims.limits.connections,
            users_limit: licence.seats(),
            months_limit: claims.limits.months,
            connection_tables_limit: claims.limits.connection_tables,
            tables_limit: claims.limits.tables,
            jobs_limit: claims.limits.jobs,
            data_domains_limit: claims.limits.data_domains,
            account_role: profile.account_role,
            // The warehouse is in the vendor's cloud, which a directory on premises does without.
            data_quality_data_warehouse_enabled: false,
            can_manage_account: manage,
            can_view_any_object: view,
            can_manage_scheduler: edit,
            can_cancel_jobs: operate,
            can_run_checks: operate,
            can_delete_data: operate,
            can_collect_statistics: operate,
            can_manage_data_sources: edit,
            can_synchronize: operate,
            can_edit_comments: operate,
            can_edit_labels: operate,
            can_manage_definitions: edit,
            can_compare_tables: operate,
            can_manage_users: manage,
            can_manage_and_view_shared_credentials: edit,
            can_change_own_password: profile.email.is_some(),
            can_use_data_domains: licence.has_data_domains(),
            can_synchronize_to_data_catalog: false, // No catalogue is configured in a directory.
            can_use_ai_anomaly_detection: claims.licence_type != LicenceType::Free
                && !is_evaluation,
            can_logout: profile.has_credential,
        }
    }
}

/// Returns the profile of the calling user.
#[utoipa::path(
    get, path = "/api/environment/profile", tag = "environment", operation_id = "getUserProfile",
    responses((status = 200, description = "the profile", body = ProfileModel), CommonFailures),
    security(("bearer" = []), ()),
)]
pub(crate) async fn get_user_profile(
    State(state): State<SharedState>,
    Authenticated(caller): Authenticated,
) -> Result<Response, Failure> {
    let profile = state.directory.profile(&caller).await?;
    let model = ProfileModel::from(&profile);
    let json = serde_json::to_vec(&model).unwrap_or_default(); // plain data: it cannot fail
    Ok(private(StatusCode::OK, json))
}
