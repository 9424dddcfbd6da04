//! `audit verify`

use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;

use super::{
    VerifyOptions,
    checks::Checks,
    export_file::{ExportFile, Summary},
};
use crate::cli::{
    output::{self, Output},
    session::Session,
};

/// What is said first when something is wrong.
const DOES_NOT_HOLD: &str = "the audit trail does not hold";

pub(super) async fn run(session: &Session, options: &VerifyOptions) -> Result<()> {
    let mut checks = Checks::new(options)?;
    let (directory, operator) = (&session.directory, &session.operator);
    let bar = output::bar(directory.audit_head(operator).await?.number);
    let mut visit = |record: &_| {
        bar.inc(1);
        checks.take(record)
    };
    let found = directory.verify_audit(operator, &mut visit).await;
    bar.finish_and_clear();
    let found = found?;
    match found.fault {
        Some(fault) => Err(fault.into()),
        None => checks.finish(found.head),
    }
    .context(DOES_NOT_HOLD)?;
    holds(&session.output, Summary { entries: found.entries, head: found.head })
}

pub(super) fn run_offline(output: &Output, file: &Path, options: &VerifyOptions) -> Result<()> {
    let mut export = ExportFile::open(file)?;
    let mut checks = Checks::new(options)?;
    let bar = ProgressBar::new_spinner();
    let outcome = loop {
        match export.next() {
            Err(failure) => break Err(failure),
            Ok(Some(record)) if checks.take(&record).is_continue() => bar.inc(1),
            Ok(_) => break checks.finish(export.summary().head),
        }
    };
    bar.finish_and_clear();
    outcome.context(DOES_NOT_HOLD)?;
    holds(output, export.summary())
}

fn holds(output: &Output, summary: Summary) -> Result<()> {
    let Summary { entries, head } = summary;
    let sentence = match head.hash {
        None => "the audit trail is empty".to_owned(),
        Some(hash) => format!(
            "the audit trail holds: {entries} entries, the last is {} with the hash {hash}",
            head.number
        ),
    };
    output.done(&sentence, &summary)
}
