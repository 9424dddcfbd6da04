//! Statements that browse users: by email or by age, forwards or backwards, of all roles or of one.

use dqops_users_domain::{Email, Role};
use jiff::Timestamp;

use super::{
    SqlConnection, SqlSession, Value,
    connection::Row,
    users::{contains_pattern, user},
};
use crate::{BrowseQuery, BrowsedUser, StorageError, UserOrder};

/// One statement for each order and condition, so that each walks along an index and stops at the
/// limit: a condition that is always true makes planners expect few rows, and sort many instead.
/// Parameters: pattern, limit, role, email, time; a statement names all, also those it does not need.
macro_rules! browse {
    ($position:literal, $search:literal, $role:literal, $order:literal) => {
        concat!(
            "SELECT u.email, u.id, u.account_role, u.created_at, u.version, \
             CAST(CASE WHEN p.user_id IS NULL THEN 0 ELSE 1 END AS BIGINT), \
             (SELECT max(l.expires_at) FROM password_links l WHERE l.user_id = u.id), \
             (SELECT count(*) FROM data_domain_roles r WHERE r.user_id = u.id) \
             FROM (SELECT u.email, u.id, u.account_role, u.created_at, u.version FROM users u WHERE ",
            $position,
            " AND ",
            $search,
            " AND ",
            $role,
            " ORDER BY ",
            $order,
            " LIMIT $2) u LEFT JOIN passwords p ON p.user_id = u.id ORDER BY ",
            $order
        )
    };
    // Both directions by email, and both by the time of adding.
    ($search:literal, $role:literal) => {
        [
            [
                browse!("u.email > $4 AND $5 = $5", $search, $role, "u.email"),
                browse!("u.email < $4 AND $5 = $5", $search, $role, "u.email DESC"),
            ],
            [
                browse!(
                    "(u.created_at, u.email) > ($5, $4)",
                    $search,
                    $role,
                    "u.created_at, u.email"
                ),
                browse!(
                    "(u.created_at, u.email) < ($5, $4)",
                    $search,
                    $role,
                    "u.created_at DESC, u.email DESC"
                ),
            ],
        ]
    };
}

/// By whether a text is searched for, and whether only one role is wanted.
const STATEMENTS: [[[[&str; 2]; 2]; 2]; 2] = [
    [browse!("$1 = $1", "$3 = $3"), browse!("$1 = $1", "u.account_role = $3")],
    [
        browse!("u.email LIKE $1 ESCAPE '\\'", "$3 = $3"),
        browse!("u.email LIKE $1 ESCAPE '\\'", "u.account_role = $3"),
    ],
];

/// What no email comes before, and what none comes after.
const FIRST: &str = "";
const LAST: &str = "\u{7f}";

impl<C: SqlConnection> SqlSession<C> {
    /// A page of users.
    pub(super) async fn browse(
        &mut self,
        query: &BrowseQuery,
    ) -> Result<Vec<BrowsedUser>, StorageError> {
        let by_search = &STATEMENTS[usize::from(query.search.is_some())];
        let by_role = &by_search[usize::from(query.role.is_some())];
        let by_order = &by_role[usize::from(query.order == UserOrder::Added)];
        let sql = by_order[usize::from(query.is_descending)];
        let pattern = query.search.as_deref().map_or_else(|| "%".to_owned(), contains_pattern);
        let (first_email, first_time) =
            if query.is_descending { (LAST, i64::MAX) } else { (FIRST, i64::MIN) };
        let (time, email) = query.after.as_ref().map_or((first_time, first_email), after);
        let values = [
            pattern.as_str().into(),
            Value::Integer(query.limit.into()),
            query.role.map_or("%", Role::as_str).into(),
            email.into(),
            Value::Integer(time),
        ];
        self.all(sql, &values, browsed).await
    }
}

fn after((time, email): &(Timestamp, Email)) -> (i64, &str) {
    (time.as_microsecond(), email.as_str())
}

fn browsed(row: &dyn Row) -> Result<BrowsedUser, StorageError> {
    Ok(BrowsedUser {
        user: user(row)?,
        has_password: row.integer(5)? != 0,
        link_expires_at: row.optional_time(6)?,
        domain_roles: row.integer(7)?.unsigned_abs(),
    })
}
