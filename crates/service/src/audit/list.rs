//! Looking at the audit trail, page by page.

use dqops_users_domain::{
    Email, Permission,
    audit::{Action, AuditRecord},
};
use dqops_users_storage::AuditQuery;
use jiff::Timestamp;

use crate::{Caller, Directory, ServiceError};

/// Which page of the audit trail is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// Only what this user did, or what was done to it: an email, or what else stands as actor or
    /// subject.
    pub user: Option<String>,
    /// Only this.
    pub action: Option<Action>,
    /// Only what was done at this time or later.
    pub since: Option<Timestamp>,
    /// Only what was done before this time.
    pub until: Option<Timestamp>,
    /// Only entries before the one with this number.
    pub before: Option<u64>,
    /// So many entries at the most, up to [`AuditPage::GREATEST_LIMIT`].
    pub limit: Option<u32>,
}

impl AuditPage {
    /// Entries on a page when no limit is given.
    pub const DEFAULT_LIMIT: u32 = 100;

    /// Entries on a page at the most.
    pub const GREATEST_LIMIT: u32 = 1000;
}

impl Directory {
    /// A page of the audit trail, the newest entry first, and whether more come after it.
    ///
    /// # Errors
    /// [`ServiceError::InvalidField`] for a limit out of bounds or a user that cannot be one;
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn page_of_audit(
        &self,
        caller: &Caller,
        page: AuditPage,
    ) -> Result<(Vec<AuditRecord>, bool), ServiceError> {
        caller.must(Permission::ManageAccount)?;
        let limit = page.limit.unwrap_or(AuditPage::DEFAULT_LIMIT);
        if !(1..=AuditPage::GREATEST_LIMIT).contains(&limit) {
            let bounds = format!("a number from 1 to {}", AuditPage::GREATEST_LIMIT);
            return Err(ServiceError::invalid("limit", &bounds));
        }
        let query = AuditQuery {
            person: page.user.as_deref().map(person).transpose()?,
            action: page.action,
            since: page.since,
            until: page.until,
            before: page.before,
            limit: limit + 1,
        };
        let (mut reader, _) =
            self.read_for(caller, |caller| caller.must(Permission::ManageAccount)).await?;
        let mut records = reader.audit_page(&query).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = records.len() > wanted;
        records.truncate(wanted);
        Ok((records, more))
    }
}

/// The name as it stands in the trail: an email in its canonical form, all else as it is.
fn person(text: &str) -> Result<String, ServiceError> {
    if let Ok(email) = text.parse::<Email>() {
        return Ok(email.into());
    }
    let is_hopeless =
        text.trim().is_empty() || text.len() > Email::MAX_LENGTH || text.contains(char::is_control);
    if is_hopeless {
        return Err(ServiceError::invalid("user", "is not an email or another name of the trail"));
    }
    Ok(text.to_owned())
}
