//! What is remembered is exact: nothing older than the last acknowledged change is ever shown.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{Directory, ServiceError, UserView};
use dqops_users_storage::EpochLease;
use tokio::sync::oneshot;

use crate::{
    stage::{Stage, on_both_stores},
    values::{assert_refused, domain, email},
};

on_both_stores!(
    an_acknowledged_change_is_seen_at_once,
    every_kind_of_change_reaches_what_is_remembered,
    readers_beside_a_writer_never_see_less_than_was_acknowledged,
    another_replica_sees_a_change_after_the_lease,
    another_replica_never_goes_back,
);

/// Roles that a viewer gets one after the other, each another than the one before.
const TURNS: [Role; 4] = [Role::Editor, Role::None, Role::Operator, Role::Viewer];

async fn list(directory: &Directory) -> Vec<(String, Role)> {
    let mut users = Vec::new();
    let mut visit = |user: UserView| {
        users.push((user.email.to_string(), user.account_role));
    };
    directory.visit_users(&directory.local_operator(), &mut visit).await.unwrap();
    users
}

async fn an_acknowledged_change_is_seen_at_once(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (_, token, _) = stage.caller_with_key(&jane).await;
    let (directory, operator) = (&stage.directory, stage.operator());
    let seen = async || {
        let view = directory.get_user(&operator, &jane).await.unwrap().account_role;
        let caller = directory.authenticate(token.expose()).await.unwrap().role();
        (view, caller, list(directory).await, directory.list_version(&operator).await.unwrap())
    };
    for round in 0..100 {
        let role = TURNS[round % TURNS.len()];
        let before = seen().await;
        stage.set_role(&jane, role).await;
        let (view, caller, list, version) = seen().await;
        assert_eq!((view, caller), (role, role), "round {round}");
        assert_eq!(list, [(jane.to_string(), role)], "round {round}");
        assert_ne!(version, before.3, "round {round}");
    }
}

async fn every_kind_of_change_reaches_what_is_remembered(stage: Stage) {
    let admin = stage.with_admin().await;
    let (directory, jane) = (&stage.directory, email("jane@example.com"));
    assert_refused!(directory.get_user(&admin, &jane).await, ServiceError::UserNotFound(_));
    stage.add("jane@example.com", Role::Admin).await;
    assert_eq!(directory.get_user(&admin, &jane).await.unwrap().data_domain_roles, None);
    let (caller, token, id) = stage.caller_with_key(&jane).await;

    let held = async || directory.profile(&admin).await.unwrap().licence.claims().licence_type;
    assert_eq!(held().await, LicenceType::Team);
    stage.install(LicenceType::Enterprise, 5).await;
    assert_eq!(held().await, LicenceType::Enterprise);

    let domains = async || {
        let view = directory.get_user(&admin, &jane).await.unwrap();
        view.data_domain_roles.clone().unwrap().len()
    };
    assert_eq!(domains().await, 1);
    directory.add_data_domain(&admin, domain("sales")).await.unwrap();
    assert_eq!(domains().await, 2);
    directory.remove_data_domain(&admin, domain("sales")).await.unwrap();
    assert_eq!(domains().await, 1);

    directory.authenticate(token.expose()).await.unwrap();
    directory.revoke_api_key(&caller, id).await.unwrap();
    assert_refused!(directory.authenticate(token.expose()).await, ServiceError::InvalidCredential);
    stage.delete(&jane).await;
    assert_refused!(directory.get_user(&admin, &jane).await, ServiceError::UserNotFound(_));
}

async fn readers_beside_a_writer_never_see_less_than_was_acknowledged(stage: Stage) {
    stage.install(LicenceType::Team, 1000).await;
    let acknowledged = Arc::new(AtomicU64::new(0));
    let is_done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (directory, acknowledged) = (stage.directory.clone(), Arc::clone(&acknowledged));
            let is_done = Arc::clone(&is_done);
            tokio::spawn(async move {
                let operator = directory.local_operator();
                let mut reads = 0_u64;
                while !is_done.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    let version = directory.list_version(&operator).await.unwrap();
                    let listed = list(&directory).await.len() as u64;
                    assert!(listed >= least, "{listed} users listed, {least} acknowledged");
                    if least > 0 {
                        let newest = email(&format!("user{least}@example.com"));
                        directory.get_user(&operator, &newest).await.unwrap();
                    }
                    let now = directory.list_version(&operator).await.unwrap();
                    assert!(now.epoch >= version.epoch);
                    reads += 1;
                }
                reads
            })
        })
        .collect();
    for number in 1..=100 {
        stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
        acknowledged.store(number, Ordering::SeqCst);
    }
    is_done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "a reader never read");
    }
}

async fn another_replica_sees_a_change_after_the_lease(stage: Stage) {
    let other = stage.second().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (_, token, _) = stage.caller_with_key(&jane).await;
    let operator = other.local_operator();
    for round in 0..20 {
        // Read before, so that something is remembered, and under a lease that has just begun.
        let before = other.list_version(&operator).await.unwrap();
        let _ = other.get_user(&operator, &jane).await;
        let _ = other.authenticate(token.expose()).await;
        let role = TURNS[round % TURNS.len()];
        stage.set_role(&jane, role).await;
        tokio::time::sleep(EpochLease::LENGTH).await;
        assert_eq!(other.get_user(&operator, &jane).await.unwrap().account_role, role);
        assert_eq!(other.authenticate(token.expose()).await.unwrap().role(), role);
        assert_eq!(list(&other).await, [(jane.to_string(), role)]);
        assert_ne!(other.list_version(&operator).await.unwrap(), before);
    }
}

async fn another_replica_never_goes_back(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let other = stage.second().await;
    let is_done = Arc::new(AtomicBool::new(false));
    let (done, name) = (Arc::clone(&is_done), jane.clone());
    let (begun, has_begun) = oneshot::channel();
    let reader = tokio::spawn(async move {
        let operator = other.local_operator();
        let look = async || {
            let user = other.get_user(&operator, &name).await.unwrap().version.user;
            (user, other.list_version(&operator).await.unwrap().epoch)
        };
        let mut seen = vec![look().await];
        begun.send(()).unwrap();
        while !done.load(Ordering::SeqCst) {
            seen.push(look().await);
        }
        tokio::time::sleep(EpochLease::LENGTH).await;
        seen.push(look().await);
        seen
    });
    has_begun.await.unwrap();
    for round in 0..100 {
        stage.set_role(&jane, TURNS[round % TURNS.len()]).await;
    }
    is_done.store(true, Ordering::SeqCst);
    let seen = reader.await.unwrap();
    for pair in seen.windows(2) {
        assert!(pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1, "{pair:?}");
    }
    let newest = stage.find(&jane).await.unwrap().version;
    assert_eq!(seen.last().unwrap().0, newest);
}
