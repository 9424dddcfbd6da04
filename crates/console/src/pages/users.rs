//! The list of users.

use askama::Template;
use dqops_users_domain::{Permission, Role};
use dqops_users_service::{BrowsedUser, UserBrowse, UserPosition, UserSort};

use crate::{
    fields::Query,
    respond::{Answer, ok},
    views::{Access, Chrome, Moment, PasswordLink, Seats, Section},
    visit::SignedIn,
};

/// `GET /users`.
#[derive(Clone, Debug, Template)]
#[template(path = "users.html")]
pub(crate) struct UsersPage {
    /// The frame.
    pub(crate) chrome: Chrome,
    /// What is searched and how it is sorted.
    pub(crate) query: UsersQuery,
    /// The heads of the columns that can be sorted by.
    pub(crate) heads: UserHeads,
    /// The users of this page.
    pub(crate) rows: Vec<UserRow>,
    /// The seats of the licence.
    pub(crate) seats: Seats,
    /// Whether a user can be added.
    pub(crate) adding: Adding,
    /// The first page, where this is a later one.
    pub(crate) first: Option<String>,
    /// The next page.
    pub(crate) next: Option<String>,
}

/// What the list was asked for.
#[derive(Clone, Debug)]
pub(crate) struct UsersQuery {
    /// A part of the email; empty for all.
    pub(crate) search: String,
    /// Only this role.
    pub(crate) role: Option<Role>,
    /// The value of `sort`; empty for the usual order.
    pub(crate) sort: String,
}

impl UsersQuery {
    /// Whether only some users are asked for.
    #[must_use]
    pub(crate) fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.role.is_some()
    }
}

/// The heads that can be sorted by.
#[derive(Clone, Debug)]
pub(crate) struct UserHeads {
    /// The email.
    pub(crate) email: ColumnHead,
    /// The account role.
    pub(crate) role: ColumnHead,
    /// When the user was added.
    pub(crate) added: ColumnHead,
}

/// The head of a column that can be sorted by.
#[derive(Clone, Debug)]
pub(crate) struct ColumnHead {
    /// The same list in the order to which a click leads.
    pub(crate) href: String,
    /// How it is sorted by this column now.
    pub(crate) sorted: Option<Sorted>,
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorted {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// One user.
#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    /// The email.
    pub(crate) email: String,
    /// The account role.
    pub(crate) role: Role,
    /// In how many data domains there is a role as well.
    pub(crate) domain_roles: u64,
    /// How the user can get in; `None` where the caller may not know.
    pub(crate) access: Option<Access>,
    /// When the user was added.
    pub(crate) added: Moment,
    /// Whether it is the caller.
    pub(crate) is_self: bool,
}

/// Whether a user can be added.
#[derive(Clone, Debug)]
pub(crate) enum Adding {
    /// The caller may not.
    Hidden,
    /// It can.
    Offered,
    /// The licence refuses it, and why: a clause without a full stop.
    Refused(String),
}

/// Users on a page.
const PAGE: u32 = 50;

/// Shows the list, or the part of it that is asked for.
pub(crate) async fn show(SignedIn { visit, caller }: SignedIn, Query(query): Query) -> Answer {
    let directory = visit.directory();
    let seats = directory.seat_outlook(&caller).await?;
    let asked = UsersQuery {
        search: query.get("search").trim().to_owned(),
        role: query.read("role"),
        sort: query.get("sort").to_owned(),
    };
    let after = UserPosition::parse(query.get("after"));
    let is_later = after.is_some();
    let browse = UserBrowse {
        search: Some(asked.search.clone()).filter(|text| !text.is_empty()),
        role: asked.role,
        sort: sort_of(&asked.sort).unwrap_or_default(),
        after,
        limit: PAGE,
    };
    let found = directory.browse_users(&caller, browse).await?;
    let own = caller.user().map(|user| user.email.clone());
    let may_manage = caller.role().grants(Permission::ManageAccount);
    let row = |user: &BrowsedUser| UserRow {
        email: user.user.email.as_str().to_owned(),
        role: user.user.roles.account,
        domain_roles: if seats.has_data_domains { user.domain_roles } else { 0 },
        access: may_manage.then(|| Access {
            has_password: user.has_password,
            link: user.link_expires_at.map(|end| PasswordLink::at(end, found.now)),
        }),
        added: user.user.created_at.into(),
        is_self: own.as_ref() == Some(&user.user.email),
    };
    let next = found.next.as_ref().map(|place| asked.path(&asked.sort, Some(place)));
    ok(&UsersPage {
        chrome: visit.chrome(Section::Users),
        heads: UserHeads::of(&asked),
        rows: found.users.iter().map(row).collect(),
        seats: Seats { used: seats.users, total: seats.seats },
        adding: match seats.refusal {
            _ if !may_manage => Adding::Hidden,
            None => Adding::Offered,
            Some(refusal) => Adding::Refused(refusal.to_string()),
        },
        first: is_later.then(|| asked.path(&asked.sort, None)),
        next,
        query: asked,
    })
}

/// The orders by their names in addresses.
fn sort_of(text: &str) -> Option<UserSort> {
    Some(match text {
        "email" => UserSort::Email,
        "-email" => UserSort::EmailDescending,
        "added" => UserSort::Added,
        "-added" => UserSort::AddedDescending,
        "role" => UserSort::Role,
        _ => return None,
    })
}

impl UsersQuery {
    /// The same question in another order, or after a place in this one.
    fn path(&self, sort: &str, after: Option<&UserPosition>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let after = after.map(ToString::to_string);
        for (name, value) in [
            ("search", self.search.as_str()),
            ("role", self.role.map_or("", Role::as_str)),
            ("sort", if sort_of(sort).is_some() { sort } else { "" }),
            ("after", after.as_deref().unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { "/users".to_owned() } else { format!("/users?{query}") }
    }
}

impl UserHeads {
    fn of(query: &UsersQuery) -> Self {
        let now = sort_of(&query.sort).unwrap_or_default();
        let head = |sorted, other: &str| ColumnHead { href: query.path(other, None), sorted };
        Self {
            email: match now {
                UserSort::Email => head(Some(Sorted::Ascending), "-email"),
                UserSort::EmailDescending => head(Some(Sorted::Descending), "email"),
                _ => head(None, "email"),
            },
            role: head((now == UserSort::Role).then_some(Sorted::Descending), "role"),
            added: match now {
                UserSort::Added => head(Some(Sorted::Ascending), "-added"),
                UserSort::AddedDescending => head(Some(Sorted::Descending), "added"),
                _ => head(None, "-added"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_again_in_another_order() {
        let query = UsersQuery {
            search: "a&b".to_owned(),
            role: Some(Role::Viewer),
            sort: "-added".to_owned(),
        };
        assert_eq!(query.path("email", None), "/users?search=a%26b&role=viewer&sort=email");
        let heads = UserHeads::of(&query);
        assert_eq!(heads.added.sorted, Some(Sorted::Descending));
        assert!(heads.added.href.ends_with("sort=added"), "{}", heads.added.href);
        assert_eq!(heads.email.sorted, None);
    }
}
