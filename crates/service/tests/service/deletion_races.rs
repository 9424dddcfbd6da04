//! T5: a key or a session that is in use while it ends opens nothing that begins afterwards.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{Directory, ServiceError, UserPage};
use dqops_users_storage::EpochLease;
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    stage::{Stage, on_both_stores},
    values::{email, input},
};

on_both_stores!(
    nothing_that_begins_after_the_end_succeeds,
    on_another_replica_nothing_succeeds_after_the_lease,
    no_change_in_the_name_of_a_deleted_user_is_made_on_any_replica,
);

const TASKS: u32 = 8;

/// Requests of each task before the deletion.
const USES_BEFORE: u64 = 3;

const ROUNDS: usize = 6;

/// How long the tasks go on after the deletion.
const AFTERWARDS: Duration = Duration::from_millis(60);

/// Uses the token until some time after the deletion, and says when it is in use. Answers how many
/// requests succeeded although they began after the deletion by more than the grace.
async fn use_token(
    directory: Directory,
    token: String,
    deleted_at: Arc<OnceLock<Instant>>,
    in_use: Arc<Semaphore>,
    grace: Duration,
) -> u64 {
    let (mut before, mut stale) = (0, 0);
    loop {
        let begin = Instant::now();
        // Looked at before the request, so that a deletion during it does not count.
        let deleted = deleted_at.get().copied();
        let answer = match directory.authenticate(&token).await {
            Ok(caller) => directory.page_of_users(&caller, UserPage::default()).await.map(drop),
            Err(error) => Err(error),
        };
        match (answer, deleted) {
            (Ok(()), None) => {
                before += 1;
                if before == USES_BEFORE {
                    in_use.add_permits(1);
                }
            }
            (Ok(()), Some(at)) if begin > at + grace => stale += 1,
            (Ok(()), Some(_)) | (Err(ServiceError::InvalidCredential), _) => {}
            (Err(other), _) => panic!("{other:?}"),
        }
        if deleted.is_some_and(|at| begin > at + grace + AFTERWARDS) {
            return stale;
        }
        tokio::task::yield_now().await;
    }
}

async fn race(stage: &Stage, used_on: &Directory, grace: Duration) {
    stage.with_admin().await;
    for round in 0..ROUNDS {
        let jane = stage.add("jane@example.com", Role::Viewer).await;
        let token = match round % 3 {
            0 => stage.key_for(&jane).await.token,
            _ => stage.session_for(&jane).await.0,
        };
        let token = token.expose().to_owned();
        let (deleted_at, in_use) = (Arc::new(OnceLock::new()), Arc::new(Semaphore::new(0)));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (deleted_at, in_use) = (Arc::clone(&deleted_at), Arc::clone(&in_use));
                tokio::spawn(use_token(used_on.clone(), token.clone(), deleted_at, in_use, grace))
            })
            .collect();
        drop(in_use.acquire_many(TASKS).await.unwrap());
        match round % 3 {
            2 => {
                stage.directory.end_sessions(&stage.operator(), &jane).await.unwrap();
            }
            _ => stage.delete(&jane).await,
        }
        deleted_at.set(Instant::now()).unwrap();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 0, "stale successes in round {round}");
        }
        if round % 3 == 2 {
            stage.delete(&jane).await;
        }
    }
}

async fn nothing_that_begins_after_the_end_succeeds(stage: Stage) {
    race(&stage, &stage.directory, Duration::ZERO).await;
}

async fn on_another_replica_nothing_succeeds_after_the_lease(stage: Stage) {
    let other = stage.second().await;
    race(&stage, &other, EpochLease::LENGTH).await;
}

async fn no_change_in_the_name_of_a_deleted_user_is_made_on_any_replica(stage: Stage) {
    stage.with_admin().await;
    stage.install(LicenceType::Team, 10_000).await;
    let replicas = [stage.directory.clone(), stage.second().await];
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let caller = stage.caller_for(&jane).await;
    let (is_deleted, in_use) = (Arc::new(OnceLock::new()), Arc::new(Semaphore::new(0)));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let directory = replicas[usize::from(task % 2 == 1)].clone();
            let (caller, in_use) = (caller.clone(), Arc::clone(&in_use));
            let is_deleted = Arc::clone(&is_deleted);
            tokio::spawn(async move {
                let mut after = 0;
                for number in 0.. {
                    let was_deleted = is_deleted.get().is_some();
                    let name = email(&format!("user{task}-{number}@example.com"));
                    let new = input(&name, Role::Viewer);
                    match directory.create_user(&caller, new).await {
                        Ok(_) => {
                            assert!(!was_deleted, "made after the deletion");
                            in_use.add_permits(usize::from(number == 2));
                        }
                        Err(ServiceError::InvalidCredential) => after += 1,
                        Err(other) => panic!("{other:?}"),
                    }
                    if after == 5 {
                        break;
                    }
                }
            })
        })
        .collect();
    drop(in_use.acquire_many(TASKS).await.unwrap());
    stage.delete(&jane).await;
    is_deleted.set(()).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    let trail = stage.audit().await;
    let deletion = trail.iter().rposition(|entry| entry.subject == jane.as_str()).unwrap();
    assert_eq!(deletion, trail.len() - 1, "something was done after the deletion");
}
