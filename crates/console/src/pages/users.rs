//! The list of users.

use askama::Template;
use dqops_users_domain::Role;

use crate::views::{Access, Chrome, Moment, Seats};

/// `GET /users`.
#[derive(Clone, Debug, Template)]
#[template(path = "users.html")]
pub struct UsersPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is searched and how it is sorted.
    pub query: UsersQuery,
    /// The heads of the columns that can be sorted by.
    pub heads: UserHeads,
    /// The users of this page.
    pub rows: Vec<UserRow>,
    /// The seats of the licence.
    pub seats: Seats,
    /// Whether a user can be added.
    pub adding: Adding,
    /// The first page, where this is a later one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// What the list was asked for.
#[derive(Clone, Debug)]
pub struct UsersQuery {
    /// A part of the email; empty for all.
    pub search: String,
    /// Only this role.
    pub role: Option<Role>,
    /// The value of `sort`; empty for the usual order.
    pub sort: String,
}

impl UsersQuery {
    /// Whether only some users are asked for.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.role.is_some()
    }
}

/// The heads that can be sorted by.
#[derive(Clone, Debug)]
pub struct UserHeads {
    /// The email.
    pub email: ColumnHead,
    /// The account role.
    pub role: ColumnHead,
    /// When the user was added.
    pub added: ColumnHead,
}

/// The head of a column that can be sorted by.
#[derive(Clone, Debug)]
pub struct ColumnHead {
    /// The same list in the order to which a click leads.
    pub href: String,
    /// How it is sorted by this column now.
    pub sorted: Option<Sorted>,
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// One user.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The email.
    pub email: String,
    /// The account role.
    pub role: Role,
    /// In how many data domains there is a role as well.
    pub domain_roles: usize,
    /// How the user can get in; `None` where the caller may not know.
    pub access: Option<Access>,
    /// When the user was added.
    pub added: Moment,
    /// Whether it is the caller.
    pub is_self: bool,
}

/// Whether a user can be added.
#[derive(Clone, Debug)]
pub enum Adding {
    /// The caller may not.
    Hidden,
    /// It can.
    Offered,
    /// The licence refuses it, and why: a clause without a full stop.
    Refused(String),
}
