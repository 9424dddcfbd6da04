//! The arrows between crates: only those that ARCHITECTURE.md draws.

use anyhow::{Context as _, Result};
use serde_json::Value;
use xshell::cmd;

use super::Fault;
use crate::workspace;

/// Each crate and the crates of the workspace that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("metrics", &[]),
    ("trust", &[]),
    ("storage", &["domain", "metrics"]),
    ("storage-sqlite", &["domain", "metrics", "storage"]),
    ("storage-postgres", &["domain", "metrics", "storage"]),
    ("service", &["domain", "metrics", "storage"]),
    ("web", &["domain", "metrics", "service", "storage"]),
    ("http", &["domain", "service", "storage", "web"]),
    ("console", &["domain", "service", "web"]),
    (
        "server",
        &[
            "domain",
            "metrics",
            "storage",
            "storage-sqlite",
            "storage-postgres",
            "service",
            "web",
            "http",
            "console",
        ],
    ),
];

/// What tests may take in beside that: a storage to work on, and how often to try a promise.
const TEST_ARROWS: &[&str] = &["storage", "storage-sqlite", "storage-postgres", "trust"];

/// What the domain must never know: a runtime, the web, a database.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "axum", "hyper", "sqlx", "async-trait", "tracing"];

pub(super) fn check() -> Result<Vec<Fault>> {
    let shell = workspace::shell()?;
    let text = cmd!(shell, "cargo metadata --format-version 1 --no-deps --quiet").read()?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let mut faults = Vec::new();
    for package in packages {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        check_lints(manifest, &mut faults)?;
        let folder = manifest.rsplit('/').nth(1).unwrap_or_default();
        if folder == "xtask" {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == folder) else {
            faults.push(format!(
                "crates/{folder}: not drawn in ARCHITECTURE.md; add it to tidy's arrows"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            check_dependency(folder, allowed, dependency, &mut faults);
        }
    }
    Ok(faults)
}

fn check_dependency(from: &str, allowed: &[&str], dependency: &Value, faults: &mut Vec<Fault>) {
    let name = dependency["name"].as_str().unwrap_or_default();
    if from == "domain" && NOT_IN_DOMAIN.contains(&name) {
        faults
            .push(format!("crates/domain depends on {name}; it knows no runtime, web or database"));
    }
    let to = match name {
        "dqops-users" => "server",
        name => match name.strip_prefix("dqops-users-") {
            Some(to) => to,
            None => return,
        },
    };
    let in_tests = dependency["kind"] == "dev"
        && TEST_ARROWS.contains(&to)
        && (from != "domain" || to == "trust");
    if !allowed.contains(&to) && !in_tests {
        faults.push(format!(
            "crates/{from} depends on crates/{to}: that arrow is not drawn in ARCHITECTURE.md"
        ));
    }
}

fn check_lints(manifest: &str, faults: &mut Vec<Fault>) -> Result<()> {
    let text = std::fs::read_to_string(manifest)?;
    if !text.replace(' ', "").contains("[lints]\nworkspace=true") {
        faults.push(format!("{manifest}: lacks `[lints] workspace = true`"));
    }
    Ok(())
}
