//! The chain of the audit trail: whole whatever is refused and whoever writes, and sealed after an
//! update.

use std::{ops::ControlFlow, sync::Arc};

use dqops_users_domain::{
    Role,
    audit::{AuditFault, AuditRecord},
    licence::LicenceType,
};
use dqops_users_service::{AuditVerification, Directory, ImportMode, ServiceError};

use crate::{
    stage::{Stage, on_both_stores},
    values::{email, import_row, input},
};

on_both_stores!(
    the_chain_is_whole_under_many_writers_of_which_some_are_refused,
    the_chain_is_whole_under_the_writers_of_two_processes,
    a_refused_import_leaves_no_gap,
    what_is_older_than_the_chain_is_sealed_at_the_start,
    what_was_put_in_without_a_hash_is_found_and_not_sealed,
    a_walk_ends_where_the_trail_ended_when_it_began,
    a_walk_crosses_its_steps_without_gap_or_repeat,
);

async fn verify(directory: &Directory) -> AuditVerification {
    let mut on = |_: &AuditRecord| ControlFlow::Continue(());
    directory.verify_audit(&directory.local_operator(), &mut on).await.unwrap()
}

/// Verifies, and answers how many entries there are, each numbered by its place.
async fn whole(directory: &Directory) -> u64 {
    let found = verify(directory).await;
    assert_eq!((found.fault, found.head.number), (None, found.entries));
    found.entries
}

async fn write(stage: &Stage, directories: [Directory; 2]) {
    stage.install(LicenceType::Team, 1000).await;
    let before = whole(&stage.directory).await;
    // Every name is wanted by three.
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let directory = directories[writer % 2].clone();
            tokio::spawn(async move {
                let mut made = 0;
                for round in 0..6 {
                    let name = email(&format!("user{}-{round}@example.com", writer / 3));
                    let new = input(&name, Role::Viewer);
                    match directory.create_user(&directory.local_operator(), new).await {
                        Ok(_) => made += 1,
                        Err(ServiceError::UserExists(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
                made
            })
        })
        .collect();
    let mut made = 0;
    for writer in writers {
        made += writer.await.unwrap();
    }
    assert_eq!(made, 11 * 6);
    assert_eq!(whole(&stage.directory).await, before + made);
}

async fn the_chain_is_whole_under_many_writers_of_which_some_are_refused(stage: Stage) {
    write(&stage, [stage.directory.clone(), stage.directory.clone()]).await;
}

async fn the_chain_is_whole_under_the_writers_of_two_processes(stage: Stage) {
    write(&stage, [stage.directory.clone(), stage.second().await]).await;
}

async fn a_refused_import_leaves_no_gap(stage: Stage) {
    stage.install(LicenceType::Team, 9).await;
    stage.add("admin@example.com", Role::Admin).await;
    let before = whole(&stage.directory).await;
    let rows = |names: [&str; 2]| names.map(|name| import_row(1, name, "viewer")).to_vec();
    let import = async |names, mode| {
        let (directory, silent) = (&stage.directory, Arc::new(|_| {}));
        let report = directory.import_users(&stage.operator(), rows(names), mode, silent).await;
        report.unwrap().created
    };
    let dry = ImportMode { dry_run: true, ..ImportMode::default() };
    import(["a@example.com", "b@example.com"], dry).await;
    assert_eq!(import(["a@example.com", "no email"], ImportMode::default()).await, 0);
    assert_eq!(whole(&stage.directory).await, before);
    assert_eq!(import(["a@example.com", "b@example.com"], ImportMode::default()).await, 2);
    assert_eq!(whole(&stage.directory).await, before + 2);
}

/// Does to the trail what only a version without chain, or a hostile hand, does.
async fn behind(stage: &Stage, statements: &[&'static str]) {
    stage.drop_audit_guards().await;
    for statement in statements {
        stage.raw(statement).await;
    }
}

async fn what_is_older_than_the_chain_is_sealed_at_the_start(stage: Stage) {
    stage.install(LicenceType::Team, 2000).await;
    let rows = (0..1200).map(|row| import_row(row, &format!("user{row}@example.com"), "viewer"));
    let (rows, silent) = (rows.collect(), Arc::new(|_| {}));
    let operator = stage.operator();
    stage.directory.import_users(&operator, rows, ImportMode::default(), silent).await.unwrap();
    let sealed = verify(&stage.directory).await;
    // Some have gaps before them, which Postgres left where something was refused.
    behind(
        &stage,
        &[
            "UPDATE audit SET hash = NULL",
            "DELETE FROM audit WHERE sequence IN (3, 7, 8)",
            "UPDATE directory SET last_before_chain = 1201",
        ],
    )
    .await;
    assert_eq!(verify(&stage.directory).await.fault, Some(AuditFault::Unsealed { number: 1 }));
    let (one, other) = tokio::join!(stage.second(), stage.second());
    for directory in [&one, &other, &stage.directory] {
        let again = verify(directory).await;
        assert_eq!((again.fault, again.entries, again.head.number), (None, 1198, 1201));
        assert_ne!(again.head, sealed.head);
    }
    stage.add("one.more@example.com", Role::Viewer).await;
    assert_eq!(verify(&one).await.head.number, 1202);
}

async fn what_was_put_in_without_a_hash_is_found_and_not_sealed(stage: Stage) {
    stage.install(LicenceType::Team, 9).await;
    stage.add("jane@example.com", Role::Viewer).await;
    let whole = verify(&stage.directory).await;
    behind(
        &stage,
        &["INSERT INTO audit (sequence, id, at, actor, action, subject) \
           SELECT 3, u.id, 0, 'jane@example.com', 'signed_in', 'jane@example.com' FROM users u"],
    )
    .await;
    let other = stage.second().await;
    // The directory goes on all the same.
    stage.add("bob@example.com", Role::Viewer).await;
    let found = verify(&other).await;
    assert_eq!((found.fault, found.head), (Some(AuditFault::Unsealed { number: 3 }), whole.head));
    assert_eq!(stage.directory.audit_head(&stage.operator()).await.unwrap().number, 4);
}

async fn a_walk_ends_where_the_trail_ended_when_it_began(stage: Stage) {
    stage.install(LicenceType::Team, 9).await;
    stage.add("jane@example.com", Role::Viewer).await;
    let whole = verify(&stage.directory).await;
    let mut seen = Vec::new();
    let mut visit = |record: &AuditRecord| {
        tokio::task::block_in_place(|| {
            let name = format!("user{}@example.com", record.number);
            tokio::runtime::Handle::current().block_on(stage.add(&name, Role::Viewer))
        });
        seen.push(record.number);
        ControlFlow::Continue(())
    };
    let shown = stage.directory.export_audit(&stage.operator(), &mut visit).await.unwrap();
    assert_eq!((shown, seen), (whole, vec![1, 2]));
    assert_eq!(verify(&stage.directory).await.entries, 4);
}

async fn a_walk_crosses_its_steps_without_gap_or_repeat(stage: Stage) {
    stage.install(LicenceType::Team, 3000).await;
    let rows = (0..2500).map(|row| import_row(row, &format!("user{row}@example.com"), "viewer"));
    let (rows, silent) = (rows.collect(), Arc::new(|_| {}));
    let operator = stage.operator();
    stage.directory.import_users(&operator, rows, ImportMode::default(), silent).await.unwrap();
    let mut next = 1;
    let mut visit = |record: &AuditRecord| {
        assert_eq!(record.number, next);
        next += 1;
        ControlFlow::Continue(())
    };
    let shown = stage.directory.export_audit(&operator, &mut visit).await.unwrap();
    assert_eq!((shown.entries, shown.fault, next), (2501, None, 2502));
    // A fault does not end it, and whoever has seen enough does.
    behind(&stage, &["UPDATE audit SET actor = 'x' WHERE sequence = 1500"]).await;
    let mut seen = 0;
    let mut visit = |record: &AuditRecord| {
        seen += 1;
        if record.number < 2200 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let shown = stage.directory.export_audit(&operator, &mut visit).await.unwrap();
    let fault = AuditFault::Edited { number: 1500, after: 1499 };
    assert_eq!((shown.entries, shown.fault, seen), (1499, Some(fault), 2200));
    assert_eq!(verify(&stage.directory).await.fault, Some(fault));
}
