//! A4: at the last free seat exactly one of many succeeds, in one process and over two.

use std::sync::Arc;

use dqops_users_domain::{
    Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{Directory, ImportMode, ServiceError};
use dqops_users_trust::{count, promise};

use crate::{
    stage::{Stage, on_both_stores},
    values::{email, import_row, input},
};

on_both_stores!(
    of_many_creates_at_one_free_seat_exactly_one_succeeds,
    of_many_creates_over_two_replicas_exactly_one_succeeds,
    an_import_and_a_create_do_not_share_the_last_seat,
    an_import_and_a_create_over_two_replicas_do_not_share_the_last_seat,
    of_many_creates_of_one_email_exactly_one_succeeds,
);

const SEATS: u32 = 3;

/// A directory with one free seat.
async fn fill(stage: &Stage) {
    stage.install(LicenceType::Team, SEATS).await;
    stage.add("one@example.com", Role::Admin).await;
    stage.add("two@example.com", Role::Viewer).await;
}

/// Whether it was done; refused for want of a seat is the only other answer.
fn is_done<T>(answer: Result<T, ServiceError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(ServiceError::Licence(LicenceRefusal::UserLimitReached { seats })) => {
            assert_eq!(seats, u64::from(SEATS));
            false
        }
        Err(other) => panic!("{other:?}"),
    }
}

async fn create(directory: Directory, name: String) -> Result<(), ServiceError> {
    let new = input(&email(&name), Role::Viewer);
    directory.create_user(&directory.local_operator(), new).await.map(drop)
}

async fn creates(stage: &Stage, replicas: [&Directory; 2]) {
    fill(stage).await;
    for round in 0..3 {
        let attempts: Vec<_> = (0..64)
            .map(|number| {
                let directory = replicas[number % 2].clone();
                tokio::spawn(create(directory, format!("new{number}@example.com")))
            })
            .collect();
        let mut winner = None;
        let mut refused = 0;
        for (number, attempt) in attempts.into_iter().enumerate() {
            if is_done(attempt.await.unwrap()) {
                assert_eq!(winner.replace(number), None, "two succeeded in round {round}");
            } else {
                refused += 1;
            }
        }
        assert_eq!(refused, 63, "round {round}");
        assert_eq!(stage.count_users().await, u64::from(SEATS));
        stage.delete(&email(&format!("new{}@example.com", winner.unwrap()))).await;
    }
}

async fn of_many_creates_at_one_free_seat_exactly_one_succeeds(stage: Stage) {
    creates(&stage, [&stage.directory, &stage.directory]).await;
}

async fn of_many_creates_over_two_replicas_exactly_one_succeeds(stage: Stage) {
    let other = stage.second().await;
    creates(&stage, [&stage.directory, &other]).await;
}

/// Imports one user, and answers whether that was done.
async fn import(directory: Directory) -> bool {
    let (rows, silent) = (vec![import_row(1, "row@example.com", "viewer")], Arc::new(|_| {}));
    let operator = directory.local_operator();
    let mode = ImportMode::default();
    let report = directory.import_users(&operator, rows, mode, silent).await.unwrap();
    let limit = LicenceRefusal::UserLimitReached { seats: u64::from(SEATS) }.to_string();
    assert!(report.errors.iter().all(|error| error.detail == limit), "{report:?}");
    assert_eq!(report.created == 1, report.errors.is_empty());
    report.created == 1
}

async fn import_and_create(what: &str, stage: &Stage, replicas: [&Directory; 2]) {
    let trial = promise("A4", what, stage.ground());
    fill(stage).await;
    for round in 0..count(15, 200) {
        let importing = tokio::spawn(import(replicas[round % 2].clone()));
        let creating = replicas[(round + 1) % 2].clone();
        let creating = tokio::spawn(create(creating, "new@example.com".to_owned()));
        let (imported, created) = (importing.await.unwrap(), is_done(creating.await.unwrap()));
        assert!(imported != created, "round {round}: import {imported}, create {created}");
        assert_eq!(stage.count_users().await, u64::from(SEATS));
        stage.delete(&email(if created { "new@example.com" } else { "row@example.com" })).await;
        trial.tried(1);
    }
}

async fn an_import_and_a_create_do_not_share_the_last_seat(stage: Stage) {
    let directories = [&stage.directory, &stage.directory];
    import_and_create("an import and a create", &stage, directories).await;
}

async fn an_import_and_a_create_over_two_replicas_do_not_share_the_last_seat(stage: Stage) {
    let other = stage.second().await;
    let directories = [&stage.directory, &other];
    import_and_create("an import and a create over two replicas", &stage, directories).await;
}

async fn of_many_creates_of_one_email_exactly_one_succeeds(stage: Stage) {
    stage.install(LicenceType::Team, 100).await;
    let replicas = [stage.directory.clone(), stage.second().await];
    let attempts: Vec<_> = (0..32)
        .map(|number: usize| {
            let name =
                if number.is_multiple_of(3) { "Jane@example.com" } else { "jane@example.com" };
            tokio::spawn(create(replicas[number % 2].clone(), name.to_owned()))
        })
        .collect();
    let mut done = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(()) => done += 1,
            Err(ServiceError::UserExists(name)) => assert_eq!(name, email("jane@example.com")),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((done, stage.count_users().await), (1, 1));
}
