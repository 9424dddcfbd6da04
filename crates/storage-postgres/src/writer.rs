//! The writer's connection, and the directory lock that all replicas share.

use async_trait::async_trait;
use dqops_users_storage::{
    StorageError,
    sql::{self, OPENING, Opening, SqlConnection},
    writer::{Connect, WriteConnection},
};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

use crate::connection::{Held, within};

/// The oldest server that is tested.
const OLDEST_VERSION: u32 = 150_000;

pub(crate) struct Connector {
    options: PgConnectOptions,
}

impl Connector {
    pub(crate) const fn new(options: PgConnectOptions) -> Self {
        Self { options }
    }
}

#[async_trait]
impl Connect for Connector {
    async fn connect(&self) -> Result<Box<dyn WriteConnection>, StorageError> {
        Ok(Box::new(Held::new(Box::new(open(&self.options).await?))))
    }
}

/// How often to wait for the lock (each time as long as `lock_timeout` says) while another replica
/// does something long, such as an import. Not once for long: a server that was cut off must be
/// noticed soon.
const LOCK_TRIES: u32 = 7;

#[async_trait]
impl WriteConnection for Held<Box<PgConnection>> {
    async fn begin(&mut self) -> Result<Opening, StorageError> {
        let mut begun = begin_once(self).await;
        for _ in 1..LOCK_TRIES {
            if !matches!(begun, Err(StorageError::Busy)) {
                break;
            }
            self.execute("ROLLBACK", &[]).await?;
            begun = begin_once(self).await;
        }
        begun?;
        sql::open(self, OPENING).await
    }
}

/// Both in one message. Locked first and read afterwards, so that what is read is what the last writer
/// left. The key is `dqops` in ASCII and 1 for the directory lock.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(110438363722497)";

async fn begin_once(connection: &mut Held<Box<PgConnection>>) -> Result<(), StorageError> {
    within(sqlx::raw_sql(BEGIN).execute(&mut *connection.connection)).await?;
    Ok(())
}

/// Opens a connection that may write, and makes sure that its writes are durable.
pub(crate) async fn open(options: &PgConnectOptions) -> Result<PgConnection, StorageError> {
    let mut connection = within(options.connect()).await?;
    let mut held = Held::new(&mut connection);
    let version = sql::setting(&mut held, "SHOW server_version_num").await?;
    if version.parse::<u32>().unwrap_or(0) < OLDEST_VERSION {
        let version = sql::setting(&mut held, "SHOW server_version").await?;
        return Err(StorageError::Unsuitable(format!(
            "the server is PostgreSQL {version}; dqops-users needs 15 or later"
        )));
    }
    for setting in ["SHOW fsync", "SHOW synchronous_commit"] {
        if sql::setting(&mut held, setting).await? != "on" {
            return Err(StorageError::Unsuitable(format!(
                "{setting} is not on: a crash of the server would lose acknowledged changes. Turn it on in postgresql.conf"
            )));
        }
    }
    Ok(connection)
}
