//! Browsing users in the order that the reader chooses, page by page, with what is known of their
//! sign-in.

use std::fmt;

use dqops_users_domain::{Email, Permission, Role};
use dqops_users_storage::{BrowseQuery, BrowsedUser, Reader, UserOrder};
use jiff::Timestamp;

use super::list::{UserPage, search_of};
use crate::{Caller, Directory, ServiceError};

/// The order of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// By email.
    #[default]
    Email,
    /// By email, from the end of the alphabet.
    EmailDescending,
    /// By the time when they were added.
    Added,
    /// The newest first.
    AddedDescending,
    /// By account role, the strongest first, and then by email.
    Role,
}

/// Which users to browse.
#[derive(Clone, Debug, Default)]
pub struct UserBrowse {
    /// Only users whose email holds this text, in any case.
    pub search: Option<String>,
    /// Only users with this account role.
    pub role: Option<Role>,
    /// The order.
    pub sort: UserSort,
    /// Only users after the last one of an earlier page of the same order.
    pub after: Option<UserPosition>,
    /// So many users at the most, from 1 to [`UserPage::GREATEST_LIMIT`]; what is out of these bounds
    /// counts as the next that is not.
    pub limit: u32,
}

/// The place of a user in an order; its text is for addresses, and means nothing to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPosition {
    role: Role,
    added_at: Timestamp,
    email: Email,
}

impl UserPosition {
    fn of(found: &BrowsedUser) -> Self {
        Self {
            role: found.user.roles.account,
            added_at: found.user.created_at,
            email: found.user.email.clone(),
        }
    }

    /// Reads a position back; `None` for what is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let role = parts.next()?.parse().ok()?;
        let added_at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
        Some(Self { role, added_at, email: parts.next()?.parse().ok()? })
    }
}

impl fmt::Display for UserPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.role, self.added_at.as_microsecond(), self.email)
    }
}

/// Users, and from where on there are more.
#[derive(Clone, Debug)]
pub struct BrowsedPage {
    /// The users.
    pub users: Vec<BrowsedUser>,
    /// The place after which the next page begins, if there is one.
    pub next: Option<UserPosition>,
    /// The time by which links are open or expired.
    pub now: Timestamp,
}

impl Directory {
    /// A page of users in the order that the caller chooses.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn browse_users(
        &self,
        caller: &Caller,
        browse: UserBrowse,
    ) -> Result<BrowsedPage, ServiceError> {
        caller.must(Permission::View)?;
        let now = self.shared.ambient.now();
        let Ok(search) = search_of(browse.search.clone()) else {
            return Ok(BrowsedPage { users: Vec::new(), next: None, now });
        };
        let wanted = browse.limit.clamp(1, UserPage::GREATEST_LIMIT);
        let limit = wanted + 1;
        let (mut reader, caller) =
            self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let query = BrowseQuery {
            search,
            role: browse.role,
            order: match browse.sort {
                UserSort::Added | UserSort::AddedDescending => UserOrder::Added,
                UserSort::Email | UserSort::EmailDescending | UserSort::Role => UserOrder::Email,
            },
            is_descending: matches!(
                browse.sort,
                UserSort::EmailDescending | UserSort::AddedDescending
            ),
            after: browse.after.as_ref().map(|place| (place.added_at, place.email.clone())),
            limit,
        };
        let mut users = match browse.sort {
            UserSort::Role => by_role(&mut *reader, query, browse.after).await?,
            _ => reader.browse_users(&query).await?,
        };
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let has_more = users.len() > wanted;
        users.truncate(wanted);
        let next = users.last().filter(|_| has_more).map(UserPosition::of);
        if !caller.role().grants(Permission::ManageAccount) {
            // Who can sign in, and how, is for those who look after users.
            for found in &mut users {
                (found.has_password, found.link_expires_at) = (false, None);
            }
        }
        Ok(BrowsedPage { users, next, now })
    }
}

/// One role after the other, each in the order of emails, until there are enough.
async fn by_role(
    reader: &mut dyn Reader,
    query: BrowseQuery,
    after: Option<UserPosition>,
) -> Result<Vec<BrowsedUser>, ServiceError> {
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut users = Vec::new();
    let reached = after.as_ref().map(|place| place.role.strength());
    for role in Role::ALL {
        let is_past = reached.is_some_and(|reached| role.strength() > reached);
        if is_past || query.role.is_some_and(|only| only != role) {
            continue;
        }
        let begun = reached == Some(role.strength());
        let after = query.after.clone().filter(|_| begun);
        let missing = u32::try_from(wanted - users.len()).unwrap_or(query.limit);
        let of_role = BrowseQuery { role: Some(role), after, limit: missing, ..query.clone() };
        users.extend(reader.browse_users(&of_role).await?);
        if users.len() >= wanted {
            break;
        }
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back() {
        let place = UserPosition {
            role: Role::Editor,
            added_at: Timestamp::UNIX_EPOCH,
            email: "a b@x.pl".parse().unwrap_or_else(|_| "a+b@x.pl".parse().unwrap()),
        };
        assert_eq!(UserPosition::parse(&place.to_string()), Some(place));
        for text in ["", "editor", "editor 1", "editor x a@x.pl", "boss 1 a@x.pl", "editor 1 a"] {
            assert_eq!(UserPosition::parse(text), None, "{text}");
        }
    }
}
