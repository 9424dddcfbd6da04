//! What the licence says to an import, counted over the whole file.

use std::sync::Arc;

use dqops_users_domain::{
    Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{ImportMode, ImportReport, ImportRow};

use crate::{
    clock::days,
    stage::Stage,
    values::{email, import_row, import_row_with_domains},
};

const UPDATE: ImportMode = ImportMode { update_existing: true, dry_run: false };

async fn import(stage: &Stage, rows: Vec<ImportRow>) -> ImportReport {
    let silent = Arc::new(|_| {});
    stage.directory.import_users(&stage.operator(), rows, UPDATE, silent).await.unwrap()
}

/// The rows at fault with their reasons.
fn faults(report: &ImportReport) -> Vec<(u64, &str)> {
    report.errors.iter().map(|error| (error.row, error.detail.as_str())).collect()
}

fn rows(names: &[&str], role: &str) -> Vec<ImportRow> {
    (2..)
        .zip(names)
        .map(|(row, name)| import_row(row, &format!("{name}@example.com"), role))
        .collect()
}

#[tokio::test]
async fn seats_are_counted_over_the_file() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Team, 4).await;
    stage.add("ann@example.com", Role::Admin).await;
    let five = rows(&["bob", "cyd", "dan", "eve", "fay"], "viewer");
    let limit = LicenceRefusal::UserLimitReached { seats: 4 }.to_string();
    assert_eq!(faults(&import(&stage, five.clone()).await), [(5, &*limit), (6, &*limit)]);
    assert_eq!(stage.count_users().await, 1);
    assert_eq!(import(&stage, five[..3].to_vec()).await.created, 3);
    assert_eq!(stage.count_users().await, 4);
}

#[tokio::test]
async fn a_row_at_fault_takes_no_seat() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Team, 2).await;
    let mut file = rows(&["ann", "bob"], "viewer");
    file.insert(0, import_row(1, "nobody", "viewer"));
    file.insert(1, import_row(1, "king@example.com", "king"));
    let report = import(&stage, file).await;
    assert_eq!(report.errors.iter().map(|error| error.row).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn updates_need_no_seat_and_may_go_on_over_the_seats() {
    let stage = Stage::sqlite().await;
    for name in ["ann", "bob", "cyd"] {
        stage.add(&format!("{name}@example.com"), Role::Viewer).await;
    }
    stage.install(LicenceType::Team, 2).await;
    let report = import(&stage, rows(&["ann", "bob", "cyd"], "editor")).await;
    assert_eq!((report.updated, report.errors.len()), (3, 0));
}

#[tokio::test]
async fn under_a_lapsed_licence_only_what_lowers_is_taken() {
    let stage = Stage::sqlite().await;
    stage.add("ann@example.com", Role::Operator).await;
    stage.add("bob@example.com", Role::Operator).await;
    stage.clock.advance(days(30));
    let mut file = rows(&["ann", "bob"], "editor");
    file.push(import_row(4, "new@example.com", "viewer"));
    let reason = |what| LicenceRefusal::Expired { is_evaluation: true, what }.to_string();
    let (widening, adding) = (reason("giving users more rights"), reason("adding users"));
    let report = import(&stage, file).await;
    assert_eq!(faults(&report), [(2, &*widening), (3, &*widening), (4, &*adding)]);
    let report = import(&stage, rows(&["ann", "bob"], "viewer")).await;
    assert_eq!((report.updated, report.errors.len()), (2, 0));
}

#[tokio::test]
async fn a_single_user_licence_takes_the_first_row_of_an_empty_directory_alone() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Free, 1).await;
    let report = import(&stage, rows(&["ann", "bob"], "admin")).await;
    let reason = LicenceRefusal::Required {
        held: LicenceType::Free,
        what: "adding users",
        needed: "TEAM or ENTERPRISE",
    };
    assert_eq!(faults(&report), [(3, &*reason.to_string())]);
    assert_eq!(stage.count_users().await, 0);
    assert_eq!(import(&stage, rows(&["ann"], "admin")).await.created, 1);
}

#[tokio::test]
async fn without_data_domains_real_roles_are_refused_row_by_row() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Team, 10).await;
    let domains = |row, name: &str, role| {
        let name = format!("{name}@example.com");
        import_row_with_domains(row, &name, "viewer", &[("(default)", role)])
    };
    let file = vec![domains(2, "ann", "none"), domains(3, "bob", "viewer")];
    let reason = LicenceRefusal::Required {
        held: LicenceType::Team,
        what: "data domain roles",
        needed: "ENTERPRISE",
    };
    assert_eq!(faults(&import(&stage, file.clone()).await), [(3, &*reason.to_string())]);
    assert_eq!(import(&stage, file[..1].to_vec()).await.created, 1);
    assert!(stage.find(&email("ann@example.com")).await.unwrap().roles.domains.is_empty());
}

#[tokio::test]
async fn an_empty_file_is_no_fault() {
    let stage = Stage::sqlite().await;
    assert_eq!(import(&stage, Vec::new()).await, ImportReport::default());
}
