//! Importing users: all or nothing, with every row at fault named.

use std::sync::{Arc, Mutex};

use dqops_users_domain::{DataDomainNameError, Role, licence::LicenceType};
use dqops_users_service::{ImportMode, ImportReport, ImportRow, RowError, ServiceError};

use crate::{
    stage::{Stage, on_both_stores},
    values::{domain, domain_roles, email, import_row, import_row_with_domains},
};

on_both_stores!(
    a_good_file_is_taken_as_a_whole,
    a_file_with_faults_does_nothing_and_names_every_row,
    existing_users_are_refused_or_updated_as_wanted,
    a_dry_run_tells_the_same_and_changes_nothing,
    two_thousand_rows_are_imported_in_one_go,
);

const UPDATE: ImportMode = ImportMode { update_existing: true, dry_run: false };

async fn import(stage: &Stage, rows: Vec<ImportRow>, mode: ImportMode) -> ImportReport {
    let silent = Arc::new(|_| {});
    stage.directory.import_users(&stage.operator(), rows, mode, silent).await.unwrap()
}

async fn role(stage: &Stage, name: &str) -> Role {
    stage.find(&email(name)).await.unwrap().roles.account
}

async fn a_good_file_is_taken_as_a_whole(stage: Stage) {
    stage.install(LicenceType::Enterprise, 50).await;
    stage.directory.add_data_domain(&stage.operator(), domain("sales")).await.unwrap();
    let rows = vec![
        import_row(2, " Ann@Example.com ", " admin "),
        import_row_with_domains(3, "bob@example.com", "none", &[("sales", "editor")]),
        import_row_with_domains(4, "cyd@example.com", "viewer", &[("sales", "none")]),
    ];
    let report = import(&stage, rows, ImportMode::default()).await;
    assert_eq!(report, ImportReport { created: 3, ..ImportReport::default() });
    assert_eq!(role(&stage, "ann@example.com").await, Role::Admin);
    let bob = stage.find(&email("bob@example.com")).await.unwrap().roles;
    assert_eq!((bob.account, bob.domains), (Role::None, domain_roles(&[("sales", Role::Editor)])));
    assert!(stage.find(&email("cyd@example.com")).await.unwrap().roles.domains.is_empty());
}

async fn a_file_with_faults_does_nothing_and_names_every_row(stage: Stage) {
    stage.install(LicenceType::Enterprise, 50).await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let rows = vec![
        import_row(2, "ann@example.com", "viewer"),
        import_row(3, "not an email", "viewer"),
        import_row(5, "bob@example.com", "king"),
        import_row(6, "ANN@example.com", "editor"),
        import_row(7, "jane@example.com", "viewer"),
        import_row_with_domains(8, "cyd@example.com", "viewer", &[("nowhere", "viewer")]),
        import_row_with_domains(9, "dan@example.com", "viewer", &[("a/b", "viewer")]),
        import_row_with_domains(10, "eve@example.com", "viewer", &[("(default)", "King")]),
        import_row(11, "fay@example.com", ""),
    ];
    let report = import(&stage, rows.clone(), ImportMode::default()).await;
    let roles = "not a role; the roles are admin, editor, operator, viewer and none";
    let expected = [
        (3, "email: the email is not of the form name@host".to_owned()),
        (5, format!("accountRole: {roles}")),
        (6, "email: stands in the file twice".to_owned()),
        (7, ServiceError::UserExists(jane).to_string()),
        (8, "dataDomainRoles.nowhere: there is no data domain of that name".to_owned()),
        (9, format!("dataDomainRoles.a/b: {}", DataDomainNameError::Malformed)),
        (10, format!("dataDomainRoles.(default): {roles}")),
        (11, format!("accountRole: {roles}")),
    ]
    .map(|(row, detail)| {
        let sent = rows.iter().find(|sent| sent.row == row).unwrap();
        RowError { row, email: sent.email.clone(), detail }
    });
    assert_eq!(report, ImportReport { errors: expected.into(), ..ImportReport::default() });
    assert_eq!(stage.count_users().await, 1);
}

async fn existing_users_are_refused_or_updated_as_wanted(stage: Stage) {
    for (name, role) in [("ann", Role::Admin), ("bob", Role::Viewer), ("cyd", Role::Editor)] {
        stage.add(&format!("{name}@example.com"), role).await;
    }
    let rows = vec![
        import_row(2, "ann@example.com", "admin"),
        import_row(3, "bob@example.com", "operator"),
        import_row(4, "cyd@example.com", "none"),
        import_row(5, "dan@example.com", "viewer"),
    ];
    let refused = import(&stage, rows.clone(), ImportMode::default()).await;
    assert_eq!(refused.errors.iter().map(|error| error.row).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(role(&stage, "bob@example.com").await, Role::Viewer);

    let report = import(&stage, rows.clone(), UPDATE).await;
    let done = ImportReport { created: 1, updated: 2, unchanged: 1, errors: Vec::new() };
    assert_eq!(report, done);
    assert_eq!(role(&stage, "bob@example.com").await, Role::Operator);
    assert_eq!(role(&stage, "cyd@example.com").await, Role::None);
    // The same file again finds nothing to do.
    let report = import(&stage, rows, UPDATE).await;
    assert_eq!(report, ImportReport { unchanged: 4, ..ImportReport::default() });
}

async fn a_dry_run_tells_the_same_and_changes_nothing(stage: Stage) {
    stage.add("ann@example.com", Role::Admin).await;
    let bob = stage.add("bob@example.com", Role::Viewer).await;
    let rows = vec![
        import_row(2, "ann@example.com", "admin"),
        import_row(3, "bob@example.com", "editor"),
        import_row(4, "cyd@example.com", "viewer"),
    ];
    let (trail, operator) = (stage.audit().await, stage.operator());
    let version = stage.directory.list_version(&operator).await.unwrap();
    let told = import(&stage, rows.clone(), ImportMode { dry_run: true, ..UPDATE }).await;
    assert_eq!(stage.audit().await, trail);
    assert_eq!(stage.directory.list_version(&operator).await.unwrap(), version);
    assert_eq!(stage.find(&bob).await.unwrap().roles.account, Role::Viewer);
    assert_eq!(stage.count_users().await, 2);
    assert_eq!(import(&stage, rows, UPDATE).await, told);
    assert_eq!((told.created, told.updated, told.unchanged), (1, 1, 1));

    let faulty = vec![import_row(2, "bob@example.com", "viewer")];
    let dry = ImportMode { dry_run: true, update_existing: false };
    let told = import(&stage, faulty.clone(), dry).await;
    assert_eq!(told.errors.len(), 1);
    assert_eq!(import(&stage, faulty, ImportMode::default()).await, told);
}

async fn two_thousand_rows_are_imported_in_one_go(stage: Stage) {
    const ROWS: u64 = 2000;
    stage.install(LicenceType::Team, 3000).await;
    let row = |number| import_row(number, &format!("user{number}@example.com"), "viewer");
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = Arc::clone(&told);
    let progress = Arc::new(move |done| teller.lock().unwrap().push(done));
    let (operator, rows) = (stage.operator(), (0..ROWS).map(row).collect());
    let report =
        stage.directory.import_users(&operator, rows, ImportMode::default(), progress).await;
    assert_eq!(report.unwrap(), ImportReport { created: ROWS, ..ImportReport::default() });
    assert_eq!(stage.count_users().await, ROWS);
    let told = told.lock().unwrap().clone();
    // Each row is told twice: when it is checked, and when it is written.
    let phase = |from| (64..ROWS).step_by(64).chain([ROWS]).map(move |done| from + done);
    assert!(told.iter().copied().eq(phase(0).chain(phase(ROWS))), "{told:?}");
}
