//! How connections to the server are set up.

use dqops_users_storage::StorageError;
use sqlx::postgres::PgConnectOptions;

/// Settings of every session. `synchronous_commit` makes an acknowledged write durable; the timeouts
/// keep a replica that hangs from holding the directory lock against the others.
const SETTINGS: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "1500ms"),
    ("statement_timeout", "60s"),
];

pub(crate) fn parse(url: &str, password: Option<&str>) -> Result<PgConnectOptions, StorageError> {
    let mut options: PgConnectOptions = url.parse().map_err(|_| {
        StorageError::Unsuitable(
            "the database URL is not of the form postgres://user:password@host:5432/database"
                .to_owned(),
        )
    })?;
    if let Some(password) = password {
        options = options.password(password);
    }
    Ok(options.application_name("dqops-users").options(SETTINGS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_url_is_refused_without_being_repeated() {
        let refused = parse("postgres://user:secret@host:port/db", None).unwrap_err().to_string();
        assert!(refused.contains("postgres://user:password@host"), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
}
