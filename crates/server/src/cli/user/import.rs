//! `user import`

use std::{path::Path, sync::Arc};

use anyhow::{Result, bail};
use dqops_users_service::{ImportMode, ImportReport, RowError};
use serde_json::json;

use super::{
    FileFormat,
    import_file::{self, Rows},
};
use crate::cli::{input, output, session::Session};

/// Rows at fault that are shown.
const SHOWN_ERRORS: usize = 50;

pub(super) async fn run(
    session: &Session,
    file: &Path,
    format: Option<FileFormat>,
    update: bool,
    dry_run: bool,
) -> Result<()> {
    let format = import_file::format_of(file, format)?;
    let Rows { good, bad } = import_file::read(input::open(file)?, format)?;
    let bar = output::bar(2 * good.len() as u64);
    let progress = {
        let bar = bar.clone();
        Arc::new(move |done| bar.set_position(done))
    };
    // With a row that cannot be read, the others are only judged.
    let mode = ImportMode { update_existing: update, dry_run: dry_run || !bad.is_empty() };
    let report = session.directory.import_users(&session.operator, good, mode, progress).await;
    bar.finish_and_clear();
    let mut report = report?;
    report.errors.extend(bad);
    report.errors.sort_by_key(|error| error.row);
    if !report.errors.is_empty() {
        show_errors(session, &report.errors)?;
        let rows = match report.errors.len() {
            1 => "1 row is".to_owned(),
            number => format!("{number} rows are"),
        };
        bail!("{rows} at fault; nothing was imported");
    }
    session.take_effect().await;
    session.output.done(
        &sentence(&report, dry_run),
        &json!({
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "dryRun": dry_run,
        }),
    )
}

fn sentence(report: &ImportReport, dry_run: bool) -> String {
    let ImportReport { created, updated, unchanged, .. } = report;
    let would = if dry_run { "dry run, nothing was changed; it would have " } else { "" };
    format!("{would}added {created}, changed {updated}, left {unchanged} as they were")
}

fn show_errors(session: &Session, errors: &[RowError]) -> Result<()> {
    if session.output.json {
        let all: Vec<_> = errors
            .iter()
            .map(|error| json!({"row": error.row, "email": error.email, "detail": error.detail}))
            .collect();
        return output::print_json(&json!({"errors": all}));
    }
    for error in errors.iter().take(SHOWN_ERRORS) {
        let place = match error.row {
            0 => "file".to_owned(),
            row if error.email.is_empty() => format!("row {row}"),
            row => format!("row {row}: {}", error.email),
        };
        output::remark(&format!("{place}: {}", error.detail));
    }
    if errors.len() > SHOWN_ERRORS {
        output::remark(&format!("and {} more", errors.len() - SHOWN_ERRORS));
    }
    Ok(())
}
