//! Migrations come in pairs: the same number and name for every storage.

use std::{collections::BTreeSet, fs};

use anyhow::Result;

use super::Fault;
use crate::workspace;

const STORAGES: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn check() -> Result<Vec<Fault>> {
    let root = workspace::root()?;
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for storage in STORAGES {
        let folder = root.join("migrations").join(storage);
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(folder)? {
            names.insert(entry?.file_name().to_string_lossy().into_owned());
        }
        let list = root.join(format!("crates/storage-{storage}/src/migrations.rs"));
        let list = fs::read_to_string(list)?;
        for name in names.iter().filter(|name| !list.contains(&format!("/{storage}/{name}"))) {
            faults.push(format!(
                "migrations/{storage}/{name}: crates/storage-{storage} does not run it"
            ));
        }
        all.push(names);
    }
    for name in all[0].symmetric_difference(&all[1]) {
        faults.push(format!("migrations: {name} stands in one of the two folders only"));
    }
    Ok(faults)
}
