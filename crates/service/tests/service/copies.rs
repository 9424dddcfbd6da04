//! A directory that is copied: all of it arrives in every combination of stores, or nothing.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use dqops_users_domain::{
    Role,
    audit::{Action, AuditFault, AuditRecord},
    licence::LicenceType,
};
use dqops_users_service::{
    AuditVerification, CopyError, CopyPlan, CopyPurpose, CopyReport, Directory, ImportMode,
};
use dqops_users_storage::{EpochLease, SharedStorage, StoredRow, Table};
use tokio::runtime::Handle;

use crate::{
    sign_ins::{HOME, attempt, fail, holds},
    stage::{Stage, on_both_stores},
    values::{STRONG, email, import_row, input},
};

on_both_stores!(
    everything_arrives_in_either_kind_of_store,
    a_backup_is_the_directory_to_the_last_column,
    a_copy_goes_on_with_versions_that_were_never_used,
    replicas_of_the_target_see_what_arrived,
    a_target_that_holds_anything_is_refused_and_left_alone,
    an_edited_trail_is_refused_unless_that_is_accepted,
    a_trail_with_a_gap_goes_along_as_it_stands,
    what_is_written_meanwhile_is_not_in_the_copy,
);

/// More than are carried over at once.
const USERS: u64 = 1_100;

const JANE: &str = "jane@example.com";

fn plan(purpose: CopyPurpose) -> CopyPlan {
    CopyPlan { purpose, accepts_broken_trail: false, progress: Arc::new(|_, _| {}) }
}

async fn copy(from: &Directory, to: &Stage, purpose: CopyPurpose) -> Result<CopyReport, CopyError> {
    from.copy_into(&from.local_operator(), &to.directory, plan(purpose)).await
}

async fn targets() -> [Stage; 2] {
    [Stage::sqlite().await, Stage::postgres().await]
}

async fn verify(directory: &Directory) -> AuditVerification {
    let mut on = |_: &AuditRecord| ControlFlow::Continue(());
    directory.verify_audit(&directory.local_operator(), &mut on).await.unwrap()
}

/// All rows of all tables.
async fn dump(storage: &SharedStorage) -> Vec<Vec<StoredRow>> {
    let mut reader = storage.read().await.unwrap();
    let mut tables = Vec::new();
    for table in Table::ALL {
        tables.push(reader.rows_after(table, None, 1_000_000).await.unwrap());
    }
    tables
}

/// Something of everything: many users, data domains, credentials, throttles and links.
async fn furnish(stage: &Stage) {
    stage.with_admin().await;
    stage.install(LicenceType::Enterprise, 10_000).await;
    let operator = stage.operator();
    stage.directory.add_data_domain(&operator, "sales".parse().unwrap()).await.unwrap();
    let rows = (2..2 + USERS)
        .map(|row| import_row(row, &format!("user{row}@example.com"), "editor"))
        .collect();
    let mode = ImportMode { update_existing: false, dry_run: false };
    let report = stage.directory.import_users(&operator, rows, mode, Arc::new(|_| {})).await;
    assert_eq!(report.unwrap().created, USERS);
    let jane = stage.add_with_password(JANE, Role::Operator).await;
    fail(&stage.directory, JANE, "something else entirely", HOME).await;
    let other = stage.add("other@example.com", Role::Viewer).await;
    stage.directory.issue_password_link(&operator, &other).await.unwrap();
    stage.key_for(&jane).await;
}

async fn everything_arrives_in_either_kind_of_store(stage: Stage) {
    furnish(&stage).await;
    let jane = email(JANE);
    let key = stage.key_for(&jane).await.token;
    let session = stage.sign_in(&jane).await.token;
    let trail = stage.audit().await;
    for target in targets().await {
        let report = copy(&stage.directory, &target, CopyPurpose::Move).await.unwrap();
        assert_eq!(report.audit, verify(&stage.directory).await);
        assert!(report.tables.iter().all(|table| table.rows == table.compared), "{report:?}");
        let users = report.tables.iter().find(|table| table.name == "users").unwrap();
        assert_eq!(users.rows, USERS + 3);
        assert_eq!(target.count_users().await, USERS + 3);

        assert!(holds(&target.directory, &key).await);
        assert!(holds(&target.directory, &session).await);
        target.directory.sign_in(attempt(JANE, STRONG, HOME)).await.unwrap();

        let copied = target.audit().await;
        assert_eq!(copied[..trail.len()], trail);
        assert_eq!(copied[trail.len()].action, Action::DirectoryCopied);
        assert_eq!(verify(&target.directory).await.fault, None);
        // The licence, too: only under ENTERPRISE are there data domains.
        let more = "more".parse().unwrap();
        target.directory.add_data_domain(&target.operator(), more).await.unwrap();
    }
}

async fn a_backup_is_the_directory_to_the_last_column(stage: Stage) {
    furnish(&stage).await;
    let before = dump(&stage.storage).await;
    for backup in targets().await {
        copy(&stage.directory, &backup, CopyPurpose::Backup).await.unwrap();
        assert!(dump(&backup.storage).await == before);
        let restored = Stage::sqlite().await;
        copy(&backup.directory, &restored, CopyPurpose::Restore).await.unwrap();
        let after = dump(&restored.storage).await;
        for (table, (before, after)) in Table::ALL.into_iter().zip(before.iter().zip(&after)) {
            match table {
                // The epoch is another one.
                Table::Directory => assert_eq!(after.len(), 1),
                Table::Audit => {
                    assert!(after.starts_with(before));
                    assert_eq!(after.len(), before.len() + 1);
                }
                table => assert!(before == after, "{}", table.name()),
            }
        }
        let last = restored.audit().await.pop().unwrap();
        assert_eq!(last.action, Action::DirectoryRestored);
        assert_eq!(last.after.unwrap()["users"], USERS + 3);
    }
    assert!(dump(&stage.storage).await == before, "the source was not touched");
}

async fn a_copy_goes_on_with_versions_that_were_never_used(stage: Stage) {
    stage.with_admin().await;
    stage.add(JANE, Role::Viewer).await;
    let version = stage.find(&email(JANE)).await.unwrap().version;
    for target in targets().await {
        copy(&stage.directory, &target, CopyPurpose::Restore).await.unwrap();
        assert_eq!(target.find(&email(JANE)).await.unwrap().version, version);
        let [here, there] = [&stage, &target].map(|stage| stage.storage.read_epoch());
        assert!(there.await.unwrap() > here.await.unwrap());
        target.set_role(&email(JANE), Role::None).await;
        assert!(target.find(&email(JANE)).await.unwrap().version > version);
    }
}

async fn replicas_of_the_target_see_what_arrived(target: Stage) {
    let replica = target.second().await;
    let operator = replica.local_operator();
    let jane = email(JANE);
    assert!(replica.get_user(&operator, &jane).await.is_err());
    let source = Stage::sqlite().await;
    source.with_admin().await;
    source.add(JANE, Role::Viewer).await;
    let key = source.key_for(&jane).await.token;
    assert!(!holds(&replica, &key).await);
    copy(&source.directory, &target, CopyPurpose::Restore).await.unwrap();
    tokio::time::sleep(EpochLease::LENGTH).await;
    replica.get_user(&operator, &jane).await.unwrap();
    assert!(holds(&replica, &key).await);
}

async fn a_target_that_holds_anything_is_refused_and_left_alone(target: Stage) {
    let source = Stage::sqlite().await;
    source.with_admin().await;
    // An open set-up code is nothing yet; a failed sign-in is something, and so is a user.
    target.directory.open_setup_code().await.unwrap().unwrap();
    fail(&target.directory, JANE, STRONG, HOME).await;
    let before = dump(&target.storage).await;
    let refused = copy(&source.directory, &target, CopyPurpose::Restore).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty("throttles")), "{refused}");
    target.add(JANE, Role::Viewer).await;
    let refused = copy(&source.directory, &target, CopyPurpose::Move).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty("users")), "{refused}");
    target.delete(&email(JANE)).await;
    let after = dump(&target.storage).await;
    for (table, (before, after)) in Table::ALL.into_iter().zip(before.iter().zip(&after)) {
        let is_same = [Table::Audit, Table::Directory].contains(&table) || before == after;
        assert!(is_same, "{}", table.name());
    }
}

async fn an_edited_trail_is_refused_unless_that_is_accepted(stage: Stage) {
    stage.with_admin().await;
    stage.add(JANE, Role::Viewer).await;
    stage.drop_audit_guards().await;
    stage.raw("UPDATE audit SET subject = 'eve@example.com' WHERE sequence = 2").await;
    let fault = AuditFault::Edited { number: 2, after: 1 };
    for target in targets().await {
        for purpose in [CopyPurpose::Restore, CopyPurpose::Move] {
            let refused = copy(&stage.directory, &target, purpose).await.unwrap_err();
            assert!(matches!(refused, CopyError::TrailDoesNotHold(found) if found == fault));
            assert_eq!(target.count_users().await, 0);
        }
        let backup = Stage::sqlite().await;
        let report = copy(&stage.directory, &backup, CopyPurpose::Backup).await.unwrap();
        assert_eq!(report.audit.fault, Some(fault), "it is said, and no reason to have no backup");
        let accepting = CopyPlan { accepts_broken_trail: true, ..plan(CopyPurpose::Restore) };
        let operator = backup.operator();
        backup.directory.copy_into(&operator, &target.directory, accepting).await.unwrap();
        assert_eq!(verify(&target.directory).await.fault, Some(fault), "it stays");
        let told = target.audit().await.pop().unwrap().after.unwrap();
        assert_eq!(told["auditFault"], fault.to_string());
    }
}

/// The sequences of Postgres left some before the chain; they are no fault.
async fn a_trail_with_a_gap_goes_along_as_it_stands(stage: Stage) {
    stage.with_admin().await;
    stage.drop_audit_guards().await;
    stage.raw("UPDATE audit SET sequence = sequence + 100, hash = NULL").await;
    stage.raw("UPDATE directory SET last_before_chain = 1000").await;
    stage.directory.start().await.unwrap();
    stage.add(JANE, Role::Viewer).await;
    let whole = verify(&stage.directory).await;
    assert_eq!((whole.fault, whole.head.number), (None, whole.entries + 100));
    for target in targets().await {
        copy(&stage.directory, &target, CopyPurpose::Move).await.unwrap();
        let found = verify(&target.directory).await;
        assert_eq!((found.fault, found.head.number), (None, whole.head.number + 1));
    }
}

async fn what_is_written_meanwhile_is_not_in_the_copy(stage: Stage) {
    furnish(&stage).await;
    for (round, target) in targets().await.into_iter().enumerate() {
        let before = stage.count_users().await;
        let writing = stage.directory.clone();
        let written = Arc::new(AtomicU64::new(0));
        let (count, runtime) = (Arc::clone(&written), Handle::current());
        let progress = Arc::new(move |done: u64, all: u64| {
            assert!(done <= all);
            let number = count.fetch_add(1, Ordering::Relaxed);
            let new = input(&email(&format!("late{round}-{number}@example.com")), Role::Viewer);
            // Done before the copy goes on.
            let operator = writing.local_operator();
            let write = writing.create_user(&operator, new);
            tokio::task::block_in_place(|| runtime.block_on(write)).unwrap();
        });
        let plan = CopyPlan { progress, ..plan(CopyPurpose::Move) };
        let operator = stage.operator();
        stage.directory.copy_into(&operator, &target.directory, plan).await.unwrap();
        assert_eq!(target.count_users().await, before);
        let written = written.load(Ordering::Relaxed);
        assert!(written > 10, "{written}");
        assert_eq!(stage.count_users().await, before + written);
    }
}

#[tokio::test]
async fn a_directory_in_which_nothing_is_is_not_copied() {
    let (stage, target) = (Stage::sqlite().await, Stage::sqlite().await);
    for purpose in [CopyPurpose::Backup, CopyPurpose::Restore, CopyPurpose::Move] {
        let refused = copy(&stage.directory, &target, purpose).await.unwrap_err();
        assert!(matches!(refused, CopyError::NothingThere), "{refused}");
    }
}

#[tokio::test]
async fn only_the_local_operator_copies() {
    let (stage, target) = (Stage::sqlite().await, Stage::sqlite().await);
    let admin = stage.with_admin().await;
    let plan = plan(CopyPurpose::Backup);
    let refused = stage.directory.copy_into(&admin, &target.directory, plan).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotForThisCaller), "{refused}");
    assert_eq!(target.count_users().await, 0);
}
