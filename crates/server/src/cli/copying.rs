//! What `backup`, `restore` and `copy` share: they copy one directory into another, and say what was
//! copied.

use std::{pin::Pin, sync::Arc};

use anyhow::{Result, bail};
use dqops_users_service::{CopiedTable, CopyError, CopyPlan, CopyPurpose, CopyReport, Directory};
use dqops_users_storage::StorageError;
use serde::Serialize;
use serde_json::json;

use super::output::{self, Output};
use crate::stop_signals::StopSignals;

/// Copies, with a bar of progress.
pub(super) async fn run(
    source: &Directory,
    target: &Directory,
    purpose: CopyPurpose,
    accepts_broken_trail: bool,
) -> Result<CopyReport, CopyError> {
    let bar = output::bar(0);
    let progress = {
        let bar = bar.clone();
        Arc::new(move |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })
    };
    let plan = CopyPlan { purpose, accepts_broken_trail, progress };
    let outcome = source.copy_into(&source.local_operator(), target, plan).await;
    bar.finish_and_clear();
    outcome
}

#[derive(Serialize)]
struct PrintedTable {
    table: &'static str,
    rows: u64,
    compared: u64,
}

impl From<&CopiedTable> for PrintedTable {
    fn from(copied: &CopiedTable) -> Self {
        Self { table: copied.name, rows: copied.rows, compared: copied.compared }
    }
}

/// Shows each table, and says in a sentence what was done.
pub(super) fn print(output: &Output, report: &CopyReport, sentence: &str) -> Result<()> {
    let tables: Vec<PrintedTable> = report.tables.iter().map(Into::into).collect();
    if output.json {
        let CopyReport { admins, audit, .. } = report;
        return output::print_json(&json!({
            "tables": tables,
            "admins": admins,
            "audit": {
                "entries": audit.entries,
                "head": audit.head,
                "fault": audit.fault.map(|fault| fault.to_string()),
            },
        }));
    }
    output.rows(&tables, &["table", "rows", "compared"], |table| {
        vec![table.table.to_owned(), table.rows.to_string(), table.compared.to_string()]
    })?;
    let trail = match (report.audit.fault, report.audit.head.hash) {
        (None, Some(hash)) => format!(
            "; its audit trail holds: {} entries, the last with the hash {hash}",
            report.audit.entries
        ),
        _ => String::new(),
    };
    output::remark(&format!("{sentence}{trail}"));
    if report.admins == 0 {
        output::remark("there is no admin in it; `dqops-users recover-admin EMAIL` makes one");
    }
    Ok(())
}

/// Goes on until it is done, or until a signal ends it: what is thrown away then takes its files with it,
/// in which password hashes are.
pub(super) async fn unless_stopped(
    work: Pin<Box<dyn Future<Output = Result<()>> + '_>>,
) -> Result<()> {
    let mut stop = StopSignals::catch()?;
    tokio::select! {
        outcome = work => outcome,
        () = stop.next() => bail!("it was stopped before it was done"),
    }
}

/// Says what to do about a copy that was refused or failed.
pub(super) fn advise(error: CopyError) -> anyhow::Error {
    let advice = match &error {
        CopyError::TrailDoesNotHold(_) => {
            "take an earlier backup, or, if the fault is known and must stay, say --accept-broken-trail"
        }
        CopyError::Storage(StorageError::OutcomeUnknown(_)) => {
            "look with `dqops-users user list` whether it is there, and try again if it is not"
        }
        _ => return error.into(),
    };
    let context = format!("{error}; {advice}");
    anyhow::Error::from(error).context(context)
}
