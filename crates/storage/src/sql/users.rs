//! Statements on users and their roles.

use std::sync::LazyLock;

use async_trait::async_trait;
use dqops_users_domain::{
    Email, Epoch, Role, Roles, TokenDigest, User, UserId,
    licence::{CreatePermit, DeletePermit, RolesPermit},
};

use super::{
    SqlConnection, SqlSession, Value,
    connection::Row,
    rows::{RowInsert, places},
};
use crate::{
    BrowseQuery, BrowsedUser, NewUser, StorageError, UserQuery, UserReader, UserVisitor, UserWriter,
};

const WHAT: &str = "the user";

const FIND: &str = "SELECT u.email, u.id, u.account_role, u.created_at, u.version, r.data_domain, r.role \
    FROM users u LEFT JOIN data_domain_roles r ON r.user_id = u.id WHERE u.email = $1";

/// Emails that one statement looks up.
const LOOKED_UP: usize = 64;

static FIND_MANY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT u.email, u.id, u.account_role, u.created_at, u.version, r.data_domain, r.role \
        FROM users u LEFT JOIN data_domain_roles r ON r.user_id = u.id \
        WHERE u.email IN {} ORDER BY u.email",
        places(1, LOOKED_UP)
    )
});

/// An email that is taken is not inserted, rather than an error: on Postgres that would end the
/// transaction.
static INSERT: LazyLock<RowInsert> = LazyLock::new(|| {
    let into = "users (email, id, account_role, created_at, version)";
    RowInsert::new(into, 5, "ON CONFLICT (email) DO NOTHING")
});

const OLDEST_ADMIN: &str = "SELECT email, id, account_role, created_at, version, NULL, NULL \
    FROM users WHERE account_role = 'admin' ORDER BY created_at, email LIMIT 1";

const VISIT: &str = "SELECT email, id, account_role, created_at, version FROM users \
    WHERE email > $1 AND email LIKE $2 ESCAPE '\\' AND account_role LIKE $3 \
    ORDER BY email LIMIT $4";

const VISIT_WITH_DATA_DOMAIN_ROLES: &str = "SELECT u.email, u.id, u.account_role, u.created_at, u.version, r.data_domain, r.role \
    FROM (SELECT email, id, account_role, created_at, version FROM users \
        WHERE email > $1 AND email LIKE $2 ESCAPE '\\' AND account_role LIKE $3 \
        ORDER BY email LIMIT $4) u \
    LEFT JOIN data_domain_roles r ON r.user_id = u.id ORDER BY u.email";

#[async_trait]
impl<C: SqlConnection> UserReader for SqlSession<C> {
    async fn find_user(&mut self, email: &Email) -> Result<Option<User>, StorageError> {
        let mut found = None;
        let mut fold = Fold::new(|user| found = Some(user));
        self.visit(FIND, &[email.as_str().into()], &mut |row| fold.row(row)).await?;
        fold.end();
        Ok(found)
    }

    async fn find_users(&mut self, emails: &[Email]) -> Result<Vec<User>, StorageError> {
        let mut found = Vec::new();
        for some in emails.chunks(LOOKED_UP) {
            let mut values = [Value::Text(""); LOOKED_UP]; // Which is nobody's email.
            for (value, email) in values.iter_mut().zip(some) {
                *value = email.as_str().into();
            }
            let mut fold = Fold::new(|user| found.push(user));
            self.visit(&FIND_MANY, &values, &mut |row| fold.row(row)).await?;
            fold.end();
        }
        Ok(found)
    }

    async fn oldest_admin(&mut self) -> Result<Option<User>, StorageError> {
        match self.first(OLDEST_ADMIN, &[], |row| user(row)).await? {
            Some(admin) => self.find_user(&admin.email).await,
            None => Ok(None),
        }
    }

    async fn count_users(&mut self) -> Result<u64, StorageError> {
        let committed = match &self.changes.record {
            Some((_, users)) => *users,
            None => self.number("SELECT user_count FROM directory", &[]).await?,
        };
        u64::try_from(committed + self.changes.users)
            .map_err(|_| StorageError::Corrupt("the count of users is below zero".to_owned()))
    }

    async fn count_admins(&mut self) -> Result<u64, StorageError> {
        let sql = "SELECT count(*) FROM users WHERE account_role = 'admin'";
        Ok(self.number(sql, &[]).await?.unsigned_abs())
    }

    async fn visit_users(
        &mut self,
        query: &UserQuery,
        mut visit: UserVisitor<'_>,
    ) -> Result<(), StorageError> {
        let pattern = query.search.as_deref().map_or_else(|| "%".to_owned(), contains_pattern);
        let values = [
            query.after.as_ref().map_or("", Email::as_str).into(),
            pattern.as_str().into(),
            query.role.map_or("%", Role::as_str).into(),
            Value::Integer(query.limit.map_or(i64::MAX, i64::from)),
        ];
        if query.with_data_domain_roles {
            let mut fold = Fold::new(&mut visit);
            self.visit(VISIT_WITH_DATA_DOMAIN_ROLES, &values, &mut |row| fold.row(row)).await?;
            fold.end();
            return Ok(());
        }
        let mut each = |row: &dyn Row| {
            visit(user(row)?);
            Ok(())
        };
        self.visit(VISIT, &values, &mut each).await
    }

    async fn browse_users(
        &mut self,
        query: &BrowseQuery,
    ) -> Result<Vec<BrowsedUser>, StorageError> {
        self.browse(query).await
    }
}

#[async_trait]
impl<C: SqlConnection> UserWriter for SqlSession<C> {
    async fn insert_users(
        &mut self,
        users: Vec<(NewUser, CreatePermit)>,
    ) -> Result<(), StorageError> {
        if users.is_empty() {
            return Ok(()); // Nobody can see a difference.
        }
        let version = self.version();
        let rows = users.iter().map(|(user, _)| {
            [
                user.email.as_str().into(),
                user.id.0.into(),
                user.roles.account.as_str().into(),
                user.created_at.into(),
                version,
            ]
        });
        let rows: Vec<_> = rows.collect();
        let inserted = self
            .insert_rows(&INSERT, rows.as_flattened())
            .await
            .map_err(|error| error.naming(WHAT))?;
        if inserted < rows.len() as u64 {
            return Err(StorageError::Conflict(WHAT));
        }
        for (user, _) in &users {
            self.insert_domain_roles(user.id, &user.roles).await?;
            self.changes.users += 1;
        }
        self.note_addition();
        Ok(())
    }

    async fn set_roles(
        &mut self,
        user: UserId,
        roles: &Roles,
        _: RolesPermit,
    ) -> Result<(), StorageError> {
        let values = [user.0.into(), roles.account.as_str().into(), self.version()];
        let sql = "UPDATE users SET account_role = $2, version = $3 WHERE id = $1";
        self.execute_on(WHAT, sql, &values).await?;
        let sql = "DELETE FROM data_domain_roles WHERE user_id = $1";
        self.execute(sql, &[user.0.into()]).await?;
        self.insert_domain_roles(user, roles).await?;
        self.note_change();
        Ok(())
    }

    async fn delete_user(&mut self, user: UserId, _: DeletePermit) -> Result<(), StorageError> {
        self.execute_on(WHAT, "DELETE FROM users WHERE id = $1", &[user.0.into()]).await?;
        self.changes.users -= 1;
        self.note_change();
        Ok(())
    }
}

impl<C: SqlConnection> SqlSession<C> {
    /// What a digest names, beside the user whose it is; in one statement, so that it needs no snapshot.
    pub(super) async fn with_user<T: Send>(
        &mut self,
        sql: &'static str,
        digest: &TokenDigest,
        map: fn(&dyn Row) -> Result<T, StorageError>,
    ) -> Result<Option<(T, User)>, StorageError> {
        let (mut found, mut owner) = (None, None);
        let mut fold = Fold::new(|user| owner = Some(user));
        let mut visit = |row: &dyn Row| {
            found = Some(map(row)?);
            fold.row(row)
        };
        self.visit(sql, &[Value::Bytes(&digest.0)], &mut visit).await?;
        fold.end();
        Ok(found.zip(owner))
    }

    async fn insert_domain_roles(
        &mut self,
        user: UserId,
        roles: &Roles,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO data_domain_roles (user_id, data_domain, role) VALUES ($1, $2, $3)";
        for (domain, role) in &roles.domains {
            let values = [user.0.into(), domain.as_str().into(), role.as_str().into()];
            self.execute(sql, &values).await?;
        }
        Ok(())
    }
}

/// Folds rows of a user with one data domain role each into users.
pub(super) struct Fold<F> {
    current: Option<User>,
    emit: F,
}

impl<F: FnMut(User)> Fold<F> {
    pub(super) const fn new(emit: F) -> Self {
        Self { current: None, emit }
    }

    /// Takes a row: email, id, account role, created, version, data domain, role.
    pub(super) fn row(&mut self, row: &dyn Row) -> Result<(), StorageError> {
        let is_next = self
            .current
            .as_ref()
            .is_none_or(|user| row.text(0).is_ok_and(|email| email != user.email.as_str()));
        if is_next {
            let next = user(row)?;
            self.end();
            self.current = Some(next);
        }
        if let (Some(user), Some(domain)) = (&mut self.current, row.optional_text(5)?) {
            let domain = domain.parse().map_err(|_| damaged("data domain", domain))?;
            user.roles.domains.insert(domain, row.parsed(6, |text| text.parse().ok())?);
        }
        Ok(())
    }

    /// Gives the last user.
    pub(super) fn end(&mut self) {
        if let Some(user) = self.current.take() {
            (self.emit)(user);
        }
    }
}

pub(super) fn user(row: &dyn Row) -> Result<User, StorageError> {
    Ok(User {
        email: row.parsed(0, |text| text.parse().ok())?,
        id: UserId(row.uuid(1)?),
        roles: Roles::new(row.parsed(2, |text| text.parse().ok())?),
        created_at: row.time(3)?,
        version: Epoch(row.integer(4)?.unsigned_abs()),
    })
}

fn damaged(what: &str, text: &str) -> StorageError {
    StorageError::Corrupt(format!("{text:?} as {what}"))
}

/// A LIKE pattern for texts that hold `search`, whose own wildcards are taken literally.
pub(super) fn contains_pattern(search: &str) -> String {
    let mut pattern = String::with_capacity(search.len() + 2);
    pattern.push('%');
    for character in search.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_are_letters() {
        assert_eq!(contains_pattern("a_b%c\\d"), "%a\\_b\\%c\\\\d%");
    }
}
