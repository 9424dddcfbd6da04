//! One commit: the mutations that waited, each in its own savepoint.

use std::panic::AssertUnwindSafe;

use dqops_users_domain::Epoch;
use futures_util::FutureExt as _;

use super::{Connect, WriteConnection, figures::Figures};
use crate::{EpochLease, Job, StorageError, sql::SqlSession};

type Connection = Option<Box<dyn WriteConnection>>;

/// How a batch failed before its commit was sent; nothing of it is in the database.
enum Failure {
    /// The connection was lost: another may do.
    ConnectionLost(StorageError),
    Other(StorageError),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        if error.is_connection_lost() { Self::ConnectionLost(error) } else { Self::Other(error) }
    }
}

/// Where commits are made, and who is told of them.
#[derive(Clone, Copy)]
pub(super) struct Place<'w> {
    pub(super) connector: &'w dyn Connect,
    pub(super) lease: &'w EpochLease,
    pub(super) figures: &'w Figures,
}

/// Runs the jobs in one transaction. `Ok` means that it is durable and the lease knows its epoch.
pub(super) async fn run(
    place: Place<'_>,
    connection: &mut Connection,
    jobs: &mut [Box<dyn Job>],
) -> Result<(), StorageError> {
    let had_connection = connection.is_some();
    let mut prepared = prepare(place.connector, connection, jobs).await;
    if let (true, Err(Failure::ConnectionLost(error))) = (had_connection, &prepared)
        && error.as_silence().is_none()
    {
        // An idle connection dies unnoticed when the database restarts: begin again on a new one.
        // A database that is silent would only be waited for twice.
        tracing::info!(%error, "the writer's connection was lost; it connects again");
        *connection = None;
        prepared = prepare(place.connector, connection, jobs).await;
    }
    let (epoch, audit_entries) = match prepared {
        Ok(Prepared::Commit { epoch, audit_entries }) => (epoch, audit_entries),
        Ok(Prepared::Nothing) => return Ok(()),
        Err(Failure::ConnectionLost(error) | Failure::Other(error)) => {
            *connection = None; // Closing it rolls back.
            return Err(error);
        }
    };
    commit(connection, place.lease, epoch, place.figures).await?;
    place.figures.batch.observe(f64::from(u32::try_from(jobs.len()).unwrap_or(u32::MAX)));
    place.figures.audit_entries.inc_by(audit_entries);
    Ok(())
}

/// What is left to be done.
enum Prepared {
    /// The commit, with the new epoch if readers can see a difference, and so many entries of the audit
    /// trail.
    Commit { epoch: Option<Epoch>, audit_entries: u64 },
    /// Nothing: the only mutation was refused, and rolled back.
    Nothing,
}

/// Does everything but the commit.
async fn prepare(
    connector: &dyn Connect,
    connection: &mut Connection,
    jobs: &mut [Box<dyn Job>],
) -> Result<Prepared, Failure> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(connector.connect().await?),
    };
    let opening = connection.begin().await?;
    let mut session = SqlSession::writing(&mut **connection, opening);
    if let [job] = jobs {
        // Alone it needs no savepoint: the transaction is one.
        if !run_job(job.as_mut(), &mut session).await? {
            session.execute("ROLLBACK", &[]).await?;
            return Ok(Prepared::Nothing);
        }
    } else {
        for job in jobs {
            run_in_savepoint(job.as_mut(), &mut session).await?;
        }
    }
    let epoch = session.conclude().await?;
    Ok(Prepared::Commit { epoch, audit_entries: session.audit_entries() })
}

type Session<'c> = SqlSession<&'c mut (dyn WriteConnection + 'static)>;

async fn run_in_savepoint(job: &mut dyn Job, session: &mut Session<'_>) -> Result<(), Failure> {
    let before = session.changes();
    // Nobody releases it: the commit does, and one of that name hides those before.
    session.execute("SAVEPOINT mutation", &[]).await?;
    if !run_job(job, session).await? {
        session.execute("ROLLBACK TO SAVEPOINT mutation", &[]).await?;
        session.restore(before);
    }
    Ok(())
}

/// Runs a mutation. Answers whether to keep what it did.
async fn run_job(job: &mut dyn Job, session: &mut Session<'_>) -> Result<bool, Failure> {
    // A panic in one mutation must not take the others, or the writer, with it.
    let outcome = AssertUnwindSafe(job.run(session)).catch_unwind().await;
    match session.take_lost() {
        Some(error) => Err(Failure::ConnectionLost(error)),
        None => Ok(matches!(outcome, Ok(true))),
    }
}

async fn commit(
    connection: &mut Connection,
    lease: &EpochLease,
    epoch: Option<Epoch>,
    figures: &Figures,
) -> Result<(), StorageError> {
    let Some(open) = connection else {
        return Err(StorageError::stopped());
    };
    let timer = figures.commit.start_timer();
    let committed = open.execute("COMMIT", &[]).await;
    timer.observe_duration();
    if let Err(error) = committed {
        *connection = None;
        lease.forfeit();
        return Err(match error {
            StorageError::Unavailable(cause) => StorageError::OutcomeUnknown(cause),
            other => other,
        });
    }
    if let Some(epoch) = epoch {
        lease.advance(epoch);
    }
    Ok(())
}
