//! A database of its own for one test, dropped at its end.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "this is test code: it stops the test with what went wrong"
)]

use std::env;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, postgres::PgConnectOptions};
use uuid::Uuid;

/// A fresh database on the server of `TEST_POSTGRES_URL`.
pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Makes the database.
    #[expect(clippy::disallowed_methods, reason = "tests run side by side, each with its own name")]
    pub async fn create() -> Self {
        let server_url = env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
            panic!(
                "no Postgres for the tests: run `cargo xtask test`, or set TEST_POSTGRES_URL to a server whose user may create databases"
            )
        });
        let server: PgConnectOptions = server_url.parse().unwrap();
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute(&server, format!("CREATE DATABASE {name}")).await;
        let (start, query) = server_url.split_once('?').unwrap_or((&server_url, ""));
        let authority_end = start.find("://").map_or(0, |at| at + 3);
        let path = start[authority_end..].find('/').map_or(start.len(), |at| authority_end + at);
        let url = format!("{}/{name}?{query}", &start[..path]);
        Self { server, name, url }
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement on the database.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let options: PgConnectOptions = self.url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        Ok(connection.execute(AssertSqlSafe(sql.to_owned())).await?.rows_affected())
    }

    /// Table and column of all columns in the database.
    pub async fn columns(&self) -> Vec<(String, String)> {
        let options: PgConnectOptions = self.url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        let sql = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) \
            FROM information_schema.columns WHERE table_schema = 'public'";
        sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A runtime of its own: the test's may be the one that is ending.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        dropping.join().unwrap();
    }
}

async fn execute(server: &PgConnectOptions, sql: String) {
    let mut connection = server.connect().await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}
