//! `GET /api/environment/profile`: the members of DQOps' own profile, in its order.

use dqops_users_domain::Role;
use dqops_users_http::Authentication;
use serde_json::{Value, json};

use crate::{
    members::Members,
    stage::{ADMIN, Stage},
    vendor,
};

const PATH: &str = "/api/environment/profile";

/// The order of `dqops-interop.md` F.1, and whether a member is a flag.
const MEMBERS: &[(&str, bool)] = &[
    ("user", false),
    ("tenant", false),
    ("license_type", false),
    ("trial_period_expires_at", false),
    ("connections_limit", false),
    ("users_limit", false),
    ("months_limit", false),
    ("connection_tables_limit", false),
    ("tables_limit", false),
    ("jobs_limit", false),
    ("data_domains_limit", false),
    ("account_role", false),
    ("data_quality_data_warehouse_enabled", true),
    ("can_manage_account", true),
    ("can_view_any_object", true),
    ("can_manage_scheduler", true),
    ("can_cancel_jobs", true),
    ("can_run_checks", true),
    ("can_delete_data", true),
    ("can_collect_statistics", true),
    ("can_manage_data_sources", true),
    ("can_synchronize", true),
    ("can_edit_comments", true),
    ("can_edit_labels", true),
    ("can_manage_definitions", true),
    ("can_compare_tables", true),
    ("can_manage_users", true),
    ("can_manage_and_view_shared_credentials", true),
    ("can_change_own_password", true),
    ("can_use_data_domains", true),
    ("can_synchronize_to_data_catalog", true),
    ("can_use_ai_anomaly_detection", true),
    ("can_logout", true),
];

const LIMITS: [&str; 6] = [
    "connections_limit",
    "months_limit",
    "connection_tables_limit",
    "tables_limit",
    "jobs_limit",
    "data_domains_limit",
];

async fn profile(stage: &Stage, key: Option<&str>) -> Value {
    let call = stage.get(PATH);
    let call = if let Some(key) = key { call.by(key) } else { call };
    let answer = call.send().await.gives(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let members = Members::of(answer.text());
    let names = members.names();
    let expected: Vec<_> =
        MEMBERS.iter().map(|(name, _)| *name).filter(|name| names.contains(name)).collect();
    assert_eq!(names, expected, "in another order, or unheard of");
    for (name, is_flag) in MEMBERS {
        assert!(!is_flag || answer.json()[*name].is_boolean(), "{name} must always be there");
    }
    assert!(!answer.text().contains("null"));
    answer.json()
}

fn flags(profile: &Value) -> Vec<&'static str> {
    MEMBERS.iter().map(|(name, _)| *name).filter(|name| profile[*name] == true).collect()
}

const VIEW: &[&str] = &["can_view_any_object"];
const OPERATE: &[&str] = &[
    "can_cancel_jobs",
    "can_run_checks",
    "can_delete_data",
    "can_collect_statistics",
    "can_synchronize",
    "can_edit_comments",
    "can_edit_labels",
    "can_compare_tables",
];
const EDIT: &[&str] = &[
    "can_manage_scheduler",
    "can_manage_data_sources",
    "can_manage_definitions",
    "can_manage_and_view_shared_credentials",
];
const MANAGE: &[&str] = &["can_manage_account", "can_manage_users"];
/// What every user with a key can do under TEAM, whatever the role.
const ANY: &[&str] = &["can_change_own_password", "can_use_ai_anomaly_detection", "can_logout"];

#[tokio::test]
async fn the_flags_follow_the_role() {
    let stage = Stage::new().await;
    for (role, granted) in [
        (Role::Admin, &[VIEW, OPERATE, EDIT, MANAGE][..]),
        (Role::Editor, &[VIEW, OPERATE, EDIT]),
        (Role::Operator, &[VIEW, OPERATE]),
        (Role::Viewer, &[VIEW]),
    ] {
        let person = stage.person(&format!("the-{role}@example.com"), role).await;
        let profile = profile(&stage, Some(&person.key)).await;
        assert_eq!(profile["user"], person.email.as_str());
        assert_eq!(profile["account_role"], role.as_str());
        let mut expected: Vec<_> =
            granted.iter().copied().chain([ANY]).flatten().copied().collect();
        let mut found = flags(&profile);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{role}");
    }
}

#[tokio::test]
async fn an_evaluation_is_shown_as_a_trial_of_team() {
    let mut stage = Stage::empty(Authentication::Required).await;
    stage.admin = Some(stage.first_admin().await);
    let profile = profile(&stage, None).await;
    assert_eq!(profile["tenant"], "Standalone");
    assert_eq!(profile["license_type"], "TEAM");
    assert_eq!(profile["trial_period_expires_at"], "2026-01-31T00:00:00Z");
    assert_eq!(profile["users_limit"], 5);
    assert_eq!(profile["can_use_ai_anomaly_detection"], false);
    assert_eq!(profile["can_use_data_domains"], false);
    for limit in LIMITS {
        assert_eq!(profile.get(limit), None, "{limit}");
    }
}

#[tokio::test]
async fn a_licence_is_shown_with_its_customer_its_seats_and_its_limits() {
    let stage = Stage::new().await;
    let limits = json!({"cl": 11, "ml": 12, "tcl": 13, "tl": 14, "jl": 15, "dl": 16});
    let until = Some("2026-06-01T00:00:00Z");
    stage.install_token(&vendor::licence("ENTERPRISE", 77, until, &limits)).await;
    let shown = profile(&stage, None).await;
    assert_eq!((&shown["tenant"], &shown["license_type"]), (&json!("ACME"), &json!("ENTERPRISE")));
    assert_eq!(shown.get("trial_period_expires_at"), None, "a licence is no trial");
    assert_eq!(shown["users_limit"], 77);
    for (limit, value) in LIMITS.into_iter().zip(11..) {
        assert_eq!(shown[limit], value, "{limit}");
    }
    assert_eq!(shown["can_use_data_domains"], true);
    assert_eq!(shown["can_use_ai_anomaly_detection"], true);

    for (kind, seats, ai) in [("TEAM", 9, true), ("PERSONAL", 1, true), ("FREE", 1, false)] {
        stage.install(kind, 9).await;
        let shown = profile(&stage, None).await;
        assert_eq!((&shown["license_type"], &shown["users_limit"]), (&json!(kind), &json!(seats)));
        assert_eq!(shown["can_use_ai_anomaly_detection"], ai, "{kind}");
        assert_eq!(shown["can_use_data_domains"], false, "{kind}");
    }
}

#[tokio::test]
async fn without_a_credential_there_is_nothing_to_log_out_of() {
    let stage = Stage::empty(Authentication::None).await;
    let nameless = profile(&stage, None).await;
    assert_eq!((nameless.get("user"), &nameless["account_role"]), (None, &json!("admin")));
    assert_eq!(nameless["can_logout"], false);
    assert_eq!(nameless["can_change_own_password"], false);
    stage.first_admin().await;
    let owner = profile(&stage, None).await;
    assert_eq!((&owner["user"], &owner["account_role"]), (&json!(ADMIN), &json!("admin")));
    assert_eq!(owner["can_logout"], false);
    assert_eq!(owner["can_change_own_password"], true);
}
