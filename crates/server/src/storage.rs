//! From the database URL to a storage.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use anyhow::{Context as _, Result};
use dqops_users_storage::SharedStorage;
use dqops_users_storage_postgres::PostgresStorage;
use dqops_users_storage_sqlite::SqliteStorage;

/// Where the directory is kept.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// `sqlite://FILE`
    Sqlite(PathBuf),
    /// `postgres://…`, and the password that is not in it
    Postgres(String, Option<String>),
}

impl DatabaseUrl {
    /// Opens it, and makes it or brings it up to date if need be.
    pub(crate) async fn open(&self) -> Result<SharedStorage> {
        Ok(match self {
            Self::Sqlite(file) => Arc::new(SqliteStorage::open(file).await?),
            Self::Postgres(url, password) => {
                Arc::new(PostgresStorage::open(url, password.as_deref()).await?)
            }
        })
    }

    /// The kind of database.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(..) => "Postgres",
        }
    }

    /// Whether a directory was made there.
    pub(crate) async fn is_there(&self) -> Result<bool> {
        match self {
            Self::Sqlite(file) => {
                file.try_exists().with_context(|| format!("cannot look for {}", self.place()))
            }
            Self::Postgres(url, password) => {
                Ok(PostgresStorage::is_there(url, password.as_deref()).await?)
            }
        }
    }

    /// The whole path of the file, or the URL without its password.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Sqlite(file) => {
                std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string()
            }
            Self::Postgres(..) => self.to_string(),
        }
    }

    /// The same with a password of its own; `None` where there is nobody to have one.
    pub(crate) fn with_password(self, password: String) -> Option<Self> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(url, _) => Some(Self::Postgres(url, Some(password))),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            let is_path = !file.starts_with("file:") && file != ":memory:";
            if file.is_empty() || file.contains(['?', '#']) || !is_path {
                return Err("write it as sqlite://FILE, such as sqlite://data/users.db".to_owned());
            }
            return Ok(Self::Sqlite(file.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            dqops_users_storage_postgres::check_url(text).map_err(|error| error.to_string())?;
            return Ok(Self::Postgres(text.to_owned(), None));
        }
        Err("it begins with sqlite:// or postgres://".to_owned())
    }
}

/// Shows the URL without its password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite://{}", file.display()),
            Self::Postgres(url, _) => {
                // What follows `?` may hold a password as well.
                let url = url.split_once('?').map_or(url.as_str(), |(start, _)| start);
                let Some((start, host)) = url.rsplit_once('@') else { return f.write_str(url) };
                let authority = start.find("://").map_or(0, |at| at + 3);
                let user = start[authority..].split(':').next().unwrap_or_default();
                write!(f, "{}{user}:***@{host}", &start[..authority])
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<DatabaseUrl, String> {
        text.parse()
    }

    #[test]
    fn files_are_relative_or_absolute() {
        assert_eq!(
            parse("sqlite://data/users.db"),
            Ok(DatabaseUrl::Sqlite("data/users.db".into()))
        );
        assert_eq!(
            parse("sqlite:///var/users.db"),
            Ok(DatabaseUrl::Sqlite("/var/users.db".into()))
        );
        for text in [
            "sqlite://",
            "sqlite://:memory:",
            "sqlite:file:a.db",
            "sqlite://a.db?mode=ro",
            "mysql://x",
            "data.db",
            "",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://u:s3cret@h:5432/d", "postgres://u:***@h:5432/d"),
            ("postgres://u:s3%40cret@h/d?sslmode=require", "postgres://u:***@h/d"),
            ("postgres://h/d?password=s3cret", "postgres://h/d"),
            ("postgres://u@h/d", "postgres://u:***@h/d"),
        ] {
            assert_eq!(parse(url).unwrap().to_string(), shown);
            assert_eq!(format!("{:?}", parse(url).unwrap()), shown);
        }
    }
}
