//! A3: two admins who take each other away at once leave one of them.

use dqops_users_domain::{Email, Permission, Role};
use dqops_users_service::{Caller, Directory, ServiceError};

use crate::{
    stage::{Stage, on_both_stores},
    values::{email, input},
};

on_both_stores!(
    two_admins_who_demote_each_other_leave_one,
    two_admins_who_demote_each_other_over_two_replicas_leave_one,
    two_admins_who_delete_each_other_leave_one,
    two_admins_who_delete_each_other_over_two_replicas_leave_one,
    two_admins_who_both_step_down_leave_one,
);

const ROUNDS: usize = 30;

/// What the admins do, each to its target.
#[derive(Clone, Copy)]
enum Deed {
    Demote,
    Delete,
}

async fn act(
    directory: Directory,
    caller: Caller,
    deed: Deed,
    target: Email,
) -> Result<(), ServiceError> {
    match deed {
        Deed::Demote => {
            let lower = input(&target, Role::Viewer);
            directory.update_user(&caller, &target, lower, None).await
        }
        Deed::Delete => directory.delete_user(&caller, &target, None).await,
    }
}

/// Makes both of them admins, whatever is left of them, and answers their callers.
async fn restore(stage: &Stage, names: &[Email; 2]) -> [Caller; 2] {
    for name in names {
        match stage.find(name).await {
            None => drop(stage.add(name.as_str(), Role::Admin).await),
            Some(_) => stage.set_role(name, Role::Admin).await,
        }
    }
    [stage.caller_for(&names[0]).await, stage.caller_for(&names[1]).await]
}

/// Runs the rounds; `targets` says on whom the first and the second admin act.
async fn race(stage: &Stage, replicas: [&Directory; 2], deed: Deed, targets: [usize; 2]) {
    let names = [email("ann@example.com"), email("bob@example.com")];
    for round in 0..ROUNDS {
        let callers = restore(stage, &names).await;
        let tasks: Vec<_> = (0..2)
            // Who is first changes from round to round.
            .map(|turn| (turn + round) % 2)
            .map(|who| {
                let (directory, caller) = (replicas[who].clone(), callers[who].clone());
                tokio::spawn(act(directory, caller, deed, names[targets[who]].clone()))
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => done += 1,
                Err(
                    ServiceError::LastAdmin(_)
                    | ServiceError::PermissionDenied(Permission::ManageAccount)
                    | ServiceError::InvalidCredential,
                ) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((done, stage.count_admins().await), (1, 1), "round {round}");
    }
}

const EACH_OTHER: [usize; 2] = [1, 0];

async fn two_admins_who_demote_each_other_leave_one(stage: Stage) {
    race(&stage, [&stage.directory, &stage.directory], Deed::Demote, EACH_OTHER).await;
}

async fn two_admins_who_demote_each_other_over_two_replicas_leave_one(stage: Stage) {
    let other = stage.second().await;
    race(&stage, [&stage.directory, &other], Deed::Demote, EACH_OTHER).await;
}

async fn two_admins_who_delete_each_other_leave_one(stage: Stage) {
    race(&stage, [&stage.directory, &stage.directory], Deed::Delete, EACH_OTHER).await;
}

async fn two_admins_who_delete_each_other_over_two_replicas_leave_one(stage: Stage) {
    let other = stage.second().await;
    race(&stage, [&stage.directory, &other], Deed::Delete, EACH_OTHER).await;
}

async fn two_admins_who_both_step_down_leave_one(stage: Stage) {
    let other = stage.second().await;
    race(&stage, [&stage.directory, &other], Deed::Demote, [0, 1]).await;
}
