//! What an audit trail is compared with: an earlier export, and a head that is known.

use std::ops::ControlFlow;

use anyhow::Result;
use dqops_users_domain::audit::{AuditFault, AuditHash, AuditHead, AuditRecord};

use super::{VerifyOptions, export_file::ExportFile};

pub(super) struct Checks {
    export: Option<ExportFile>,
    /// A hash that must occur and has not so far.
    missing: Option<AuditHash>,
    /// Why the trail is not what is known of it.
    failure: Option<anyhow::Error>,
}

impl Checks {
    pub(super) fn new(options: &VerifyOptions) -> Result<Self> {
        let export = options.against.as_deref().map(ExportFile::open).transpose()?;
        Ok(Self { export, missing: options.head, failure: None })
    }

    /// Compares the next entry; breaks when it is another one than is known.
    pub(super) fn take(&mut self, record: &AuditRecord) -> ControlFlow<()> {
        if record.hash.is_some() && record.hash == self.missing {
            self.missing = None;
        }
        match self.compare(record) {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                self.failure = Some(failure);
                ControlFlow::Break(())
            }
        }
    }

    fn compare(&mut self, record: &AuditRecord) -> Result<()> {
        let Some(export) = &mut self.export else { return Ok(()) };
        match export.next()? {
            None => self.export = None,
            Some(known) if known == *record => {}
            Some(known) => return Err(AuditFault::Replaced { number: known.number }.into()),
        }
        Ok(())
    }

    /// Concludes after the last entry of a trail that holds by itself.
    pub(super) fn finish(self, head: AuditHead) -> Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if let Some(mut export) = self.export
            && export.next()?.is_some()
        {
            while export.next()?.is_some() {}
            let known = export.summary().head.number;
            return Err(AuditFault::Cut { last: head.number, known }.into());
        }
        match self.missing {
            Some(hash) => Err(AuditFault::HeadNotFound { hash }.into()),
            None => Ok(()),
        }
    }
}
