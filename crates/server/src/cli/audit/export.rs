//! `audit export`

use std::{
    io::{self, BufWriter, ErrorKind, Write},
    ops::ControlFlow,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use dqops_users_domain::audit::{AuditFault, AuditHead, AuditRecord};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::export_file::Summary;
use crate::cli::{output, session::Session};

pub(super) async fn run(session: &Session, file: &Path) -> Result<()> {
    if file.as_os_str() == "-" {
        let (_, fault) = match write(session, io::stdout()).await? {
            Ok(written) => written,
            // A reader that has had enough, such as `head`, is no failure.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(error).context("cannot write to standard output"),
        };
        return complain(fault);
    }
    if file.exists() {
        bail!("{} exists already; an export is never overwritten", file.display());
    }
    // Written beside and renamed, so that a full disk leaves no half file under the name; for its owner
    // alone, as all that this makes.
    let context = || format!("cannot write {}", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let partial = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(context)?;
    let (summary, fault) = write(session, partial.as_file()).await?.with_context(context)?;
    partial.as_file().sync_all().with_context(context)?;
    partial.persist_noclobber(file).map_err(|failure| failure.error).with_context(context)?;
    complain(fault)?;
    let sentence = match summary.head.hash {
        None => format!("wrote the empty audit trail to {}", file.display()),
        Some(hash) => format!(
            "wrote {} entries to {}, the last is {} with the hash {hash}",
            summary.entries,
            file.display(),
            summary.head.number
        ),
    };
    session.output.done(&sentence, &summary)
}

/// What is exported is exported as it stands; but who relies on it should know.
fn complain(fault: Option<AuditFault>) -> Result<()> {
    match fault {
        None => Ok(()),
        Some(fault) => {
            Err(fault).context("the audit trail was exported as it stands, but it does not hold")
        }
    }
}

/// Writes the trail line by line. Answers where it ends, and the first fault in it.
async fn write(
    session: &Session,
    target: impl Write + Send,
) -> Result<io::Result<(Summary, Option<AuditFault>)>> {
    let (directory, operator) = (&session.directory, &session.operator);
    let bar = output::bar(directory.audit_head(operator).await?.number);
    let mut target = BufWriter::new(target);
    let mut summary = Summary { entries: 0, head: AuditHead::default() };
    let mut failure = None;
    let mut visit = |record: &AuditRecord| {
        bar.inc(1);
        summary.entries += 1;
        summary.head = AuditHead { number: record.number, hash: record.hash };
        failure = write_line(&mut target, record).err();
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let found = directory.export_audit(operator, &mut visit).await;
    bar.finish_and_clear();
    let fault = found?.fault;
    if let Some(failure) = failure {
        return Ok(Err(failure));
    }
    let written = write_line(&mut target, &summary).and_then(|()| target.flush());
    Ok(written.map(|()| (summary, fault)))
}

fn write_line(target: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *target, line)?;
    target.write_all(b"\n")
}
