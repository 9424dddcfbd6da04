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

/// What a commit will have done.
struct Prepared {
    /// The new epoch, if readers can see a difference.
    epoch: Option<Epoch>,
    /// Entries added to the audit trail.
    audit_entries: u64,
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
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(Failure::ConnectionLost(error) | Failure::Other(error)) => {
            *connection = None; // Closing it rolls back.
            return Err(error);
        }
    };
    commit(connection, place.lease, prepared.epoch, place.figures).await?;
    place.figures.batch.observe(f64::from(u32::try_from(jobs.len()).unwrap_or(u32::MAX)));
    place.figures.audit_entries.inc_by(prepared.audit_entries);
    Ok(())
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
    connection.begin().await?;
    let mut session = SqlSession::writing(&mut **connection).await?;
    for job in jobs {
        run_in_savepoint(job.as_mut(), &mut session).await?;
    }
    Ok(Prepared { epoch: session.conclude().await?, audit_entries: session.audit_entries() })
}

async fn run_in_savepoint(
    job: &mut dyn Job,
    session: &mut SqlSession<&mut (dyn WriteConnection + 'static)>,
) -> Result<(), Failure> {
    let before = session.changes();
    session.execute("SAVEPOINT mutation", &[]).await?;
    // A panic in one mutation must not take the others, or the writer, with it.
    let outcome = AssertUnwindSafe(job.run(session)).catch_unwind().await;
    if let Some(error) = session.take_lost() {
        return Err(Failure::ConnectionLost(error));
    }
    if !matches!(outcome, Ok(true)) {
        session.execute("ROLLBACK TO SAVEPOINT mutation", &[]).await?;
        session.restore(before);
    }
    session.execute("RELEASE SAVEPOINT mutation", &[]).await?;
    Ok(())
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
