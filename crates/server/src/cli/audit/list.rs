//! `audit list`

use anyhow::Result;
use dqops_users_domain::audit::AuditRecord;
use dqops_users_service::AuditPage;

use super::ListOptions;
use crate::cli::{output::printable, session::Session};

pub(super) async fn run(session: &Session, options: ListOptions) -> Result<()> {
    let ListOptions { user, action, since, until, limit } = options;
    let mut page = AuditPage { user, action, since, until, before: None, limit: None };
    let (mut records, mut left) = (Vec::new(), limit);
    loop {
        page.limit = Some(left.min(AuditPage::GREATEST_LIMIT));
        let next = session.directory.page_of_audit(&session.operator, page.clone()).await?;
        let (mut found, more): (Vec<AuditRecord>, bool) = next;
        left -= u32::try_from(found.len()).unwrap_or(left);
        page.before = found.last().map(|record| record.number);
        records.append(&mut found);
        if !more || left == 0 {
            break;
        }
    }
    let names = ["number", "time", "actor", "action", "subject", "before", "after"];
    session.output.rows(&records, &names, |record| {
        let state = |text: &Option<String>| printable(text.as_deref().unwrap_or_default());
        vec![
            record.number.to_string(),
            record.at().to_string(),
            printable(&record.actor),
            printable(&record.action),
            printable(&record.subject),
            state(&record.before),
            state(&record.after),
        ]
    })
}
