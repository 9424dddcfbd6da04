//! `licence show`

use anyhow::Result;
use dqops_users_service::LicenceOrigin;
use serde_json::{Value, json};

use crate::cli::{output, session::Session};

pub(super) async fn run(session: &Session) -> Result<()> {
    let report = session.directory.licence_report(&session.operator).await?;
    let claims = &report.claims;
    let is_evaluation = report.origin == LicenceOrigin::Evaluation;
    let mut value = json!({
        "type": claims.licence_type,
        "evaluation": is_evaluation,
        "state": report.standing.as_str(),
        "seats": report.seats,
        "users": report.users,
        "expiresAt": claims.expires_at,
        "limits": claims.limits,
        "clockSetBack": report.is_clock_set_back,
    });
    if !is_evaluation {
        value["customer"] = json!(claims.customer);
        value["id"] = json!(claims.id);
        value["issuedAt"] = json!(claims.issued_at);
    }
    if session.output.json {
        return output::print_json(&value);
    }
    for time in ["expiresAt", "issuedAt"] {
        if let Some(Value::String(text)) = value.get_mut(time) {
            text.truncate("2026-12-31T00:00".len());
            text.push('Z');
        }
    }
    let rows: Vec<(String, String)> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.as_object().is_some_and(serde_json::Map::is_empty))
        .map(|(name, value)| (name.clone(), cell(value)))
        .collect();
    session
        .output
        .rows(&rows, &["licence", "value"], |(name, value)| vec![name.clone(), value.clone()])
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "never".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
