//! Looking at all users, or at a page of them.

use dqops_users_domain::{Email, Epoch, Permission, Role};
use dqops_users_storage::UserQuery;

use super::view::UserView;
use crate::{Caller, Directory, ServiceError};

/// The version of the whole list: equal versions show the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// The epoch at which the list was read.
    pub epoch: Epoch,
    /// Whether it shows data domain roles.
    pub with_data_domains: bool,
}

/// Which page of users is wanted.
#[derive(Clone, Debug, Default)]
pub struct UserPage {
    /// Only users whose email holds this text, in any case.
    pub search: Option<String>,
    /// Only users with this account role.
    pub role: Option<Role>,
    /// Only users after this one.
    pub after: Option<Email>,
    /// So many users at the most, up to [`UserPage::GREATEST_LIMIT`].
    pub limit: Option<u32>,
}

impl UserPage {
    /// Users on a page when no limit is given.
    pub const DEFAULT_LIMIT: u32 = 100;

    /// Users on a page at the most.
    pub const GREATEST_LIMIT: u32 = 1000;
}

/// No email holds that text.
pub(super) struct Hopeless;

/// The text that emails are searched for. What no email can hold is not searched for: not every
/// storage could.
pub(super) fn search_of(text: Option<String>) -> Result<Option<String>, Hopeless> {
    let is_hopeless =
        |text: &String| text.len() > Email::MAX_LENGTH || text.contains(char::is_control);
    if text.as_ref().is_some_and(is_hopeless) {
        return Err(Hopeless);
    }
    Ok(text.map(|text| text.to_lowercase()))
}

impl Directory {
    /// The version of the list as it would be read now.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn list_version(&self, caller: &Caller) -> Result<ListVersion, ServiceError> {
        caller.must(Permission::View)?;
        let epoch = self.storage.epoch().await?;
        if caller.known_at().is_some_and(|known_at| known_at != epoch) {
            // The list may be remembered already, and show what came after the caller was let in.
            self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        }
        let facts = self.facts_at(epoch).await?;
        Ok(ListVersion { epoch, with_data_domains: facts.licence.has_data_domains() })
    }

    /// Visits all users in the byte order of their emails, and answers the version of what it showed.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn visit_users(
        &self,
        caller: &Caller,
        visit: &mut (dyn FnMut(UserView) + Send),
    ) -> Result<ListVersion, ServiceError> {
        self.visit(caller, UserQuery::default(), visit).await
    }

    /// A page of users in the byte order of their emails, and whether more come after it.
    ///
    /// # Errors
    /// [`ServiceError::InvalidField`] for a limit out of bounds; [`ServiceError::PermissionDenied`]
    /// to those who may not see.
    pub async fn page_of_users(
        &self,
        caller: &Caller,
        page: UserPage,
    ) -> Result<(Vec<UserView>, bool), ServiceError> {
        caller.must(Permission::View)?;
        let limit = page.limit.unwrap_or(UserPage::DEFAULT_LIMIT);
        if !(1..=UserPage::GREATEST_LIMIT).contains(&limit) {
            let bounds = format!("a number from 1 to {}", UserPage::GREATEST_LIMIT);
            return Err(ServiceError::invalid("limit", &bounds));
        }
        let Ok(search) = search_of(page.search) else { return Ok((Vec::new(), false)) };
        let query = UserQuery {
            after: page.after,
            search,
            role: page.role,
            limit: Some(limit + 1),
            with_data_domain_roles: false,
        };
        let mut users = Vec::new();
        self.visit(caller, query, &mut |user| users.push(user)).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = users.len() > wanted;
        users.truncate(wanted);
        Ok((users, more))
    }

    async fn visit(
        &self,
        caller: &Caller,
        mut query: UserQuery,
        visit: &mut (dyn FnMut(UserView) + Send),
    ) -> Result<ListVersion, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let facts = self.read_facts(&mut *reader).await?;
        query.with_data_domain_roles = facts.licence.has_data_domains();
        reader.visit_users(&query, &mut |user| visit(UserView::new(user, &facts))).await?;
        Ok(ListVersion {
            epoch: facts.record.epoch,
            with_data_domains: facts.licence.has_data_domains(),
        })
    }
}
