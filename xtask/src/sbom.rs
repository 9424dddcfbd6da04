//! `cargo xtask sbom`: what the program is made of, as CycloneDX 1.5 in JSON. The same Cargo.lock
//! gives the same bytes: it holds no time, no serial number, and everything in order.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use xshell::cmd;

use crate::workspace;

/// Where it goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// The file; standard output without it
    #[arg(long)]
    out: Option<PathBuf>,
    /// The platform that the program is built for
    #[arg(long, default_value = "x86_64-unknown-linux-gnu")]
    platform: String,
}

/// The package of the program.
const PROGRAM: &str = "dqops-users";

pub(crate) fn run(options: &Options) -> Result<()> {
    let text = text(&options.platform)?;
    if let Some(file) = &options.out {
        return std::fs::write(file, text)
            .with_context(|| format!("cannot write {}", file.display()));
    }
    print!("{text}");
    Ok(())
}

fn text(platform: &str) -> Result<String> {
    let shell = workspace::shell()?;
    let metadata = cmd!(
        shell,
        "cargo metadata --format-version 1 --locked --quiet --filter-platform {platform}"
    )
    .read()?;
    let format = "{p}";
    let tree = cmd!(shell, "cargo tree --package {PROGRAM} --edges normal --locked --quiet --target {platform} --prefix none --format {format}").read()?;
    let lock = shell.read_file("Cargo.lock")?;
    let document = document(&serde_json::from_str(&metadata)?, &tree, &hashes(&lock)?)?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// Packages by the identity that cargo gives them.
type Packages<'m> = BTreeMap<&'m str, &'m Value>;

fn document(metadata: &Value, tree: &str, hashes: &BTreeMap<String, String>) -> Result<Value> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    // Metadata lists optional packages too that no feature takes in; the tree does not.
    let taken_in: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let is_taken_in = |package: &&Value| taken_in.contains(&*text_of(&package["name"]));
    let packages: Packages<'_> = packages
        .iter()
        .filter(is_taken_in)
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let nodes: BTreeMap<String, BTreeSet<String>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            (
                text_of(&node["id"]),
                list(&node["deps"])
                    .iter()
                    .filter(|dependency| is_in_program(dependency))
                    .map(|dep| text_of(&dep["pkg"]))
                    .filter(|id| packages.contains_key(&**id))
                    .collect(),
            )
        })
        .collect();
    let root = packages.iter().find(|(_, package)| package["name"] == PROGRAM);
    let (root, program) = root.context("the program is a package of the workspace")?;
    let mut reached = BTreeSet::new();
    let mut waiting = vec![(*root).to_owned()];
    while let Some(id) = waiting.pop() {
        waiting.extend(
            nodes.get(&id).into_iter().flatten().filter(|next| !reached.contains(*next)).cloned(),
        );
        reached.insert(id);
    }
    let url = |id: &str| packages.get(id).map(|package| purl(package)).unwrap_or_default();
    // In the order of their names and versions, whatever cargo's identities look like.
    let mut components: Vec<_> = reached
        .iter()
        .filter(|id| *id != root)
        .filter_map(|id| packages.get(id.as_str()))
        .map(|package| component(package, hashes))
        .collect();
    components.sort_by_key(|component| text_of(&component["bom-ref"]));
    let mut dependencies: Vec<_> = reached
        .iter()
        .map(|id| {
            let on: BTreeSet<_> = nodes.get(id).into_iter().flatten().map(|id| url(id)).collect();
            json!({"ref": url(id), "dependsOn": on})
        })
        .collect();
    dependencies.sort_by_key(|dependency| text_of(&dependency["ref"]));
    let mut program = component(program, hashes);
    program["type"] = "application".into();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": program},
        "components": components,
        "dependencies": dependencies,
    }))
}

/// Whether the dependency ends up in the program, rather than in its tests or its build.
fn is_in_program(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array();
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
}

fn component(package: &Value, hashes: &BTreeMap<String, String>) -> Value {
    let (name, version, purl) = (&package["name"], &package["version"], purl(package));
    let mut component =
        json!({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl});
    if let Some(licence) = package["license"].as_str() {
        // The slash of old manifests is no operator of SPDX.
        component["licenses"] = json!([{"expression": licence.replace('/', " OR ")}]);
    }
    if let Some(hash) = hashes.get(&key(&text_of(name), &text_of(version))) {
        component["hashes"] = json!([{"alg": "SHA-256", "content": hash}]);
    }
    component
}

/// The package's URL, by which scanners know it.
fn purl(package: &Value) -> String {
    format!("pkg:cargo/{}@{}", text_of(&package["name"]), text_of(&package["version"]))
}

/// The hash of each package that comes from a registry.
fn hashes(lock: &str) -> Result<BTreeMap<String, String>> {
    let lock: toml::Table = toml::from_str(lock)?;
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let hash = |package: &toml::Value| {
        let text = |name| package.get(name)?.as_str();
        Some((key(text("name")?, text("version")?), text("checksum")?.to_owned()))
    };
    Ok(packages.filter_map(hash).collect())
}

fn key(name: &str, version: &str) -> String {
    format!("{name} {version}")
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: &str = "x86_64-unknown-linux-gnu";

    fn names(document: &Value) -> BTreeSet<String> {
        let components = document["components"].as_array().unwrap();
        components.iter().map(|component| text_of(&component["name"])).collect()
    }

    #[test]
    fn it_is_the_same_twice_and_whole() {
        let text = text(PLATFORM).unwrap();
        assert_eq!(text, super::text(PLATFORM).unwrap());
        let document: Value = serde_json::from_str(&text).unwrap();
        let components = document["components"].as_array().unwrap();
        let names = names(&document);
        for wanted in ["axum", "sqlx", "rustls", "libsqlite3-sys", "dqops-users-domain"] {
            assert!(names.contains(wanted), "{wanted}");
        }
        for of_tests in ["proptest", "xtask", "rustsec", "dqops-users-trust"] {
            assert!(!names.contains(of_tests), "{of_tests} is not in the program");
        }
        // Every reference leads to a component, and whatever comes from a registry has its hash.
        let known: BTreeSet<_> = components.iter().map(|one| text_of(&one["bom-ref"])).collect();
        assert_eq!(known.len(), components.len(), "one component twice");
        for dependency in document["dependencies"].as_array().unwrap() {
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(on.as_str().unwrap()), "{on}");
            }
        }
        for component in components {
            let is_own = text_of(&component["name"]).starts_with("dqops-users");
            assert_eq!(component["hashes"].is_null(), is_own, "{component}");
        }
    }
}
