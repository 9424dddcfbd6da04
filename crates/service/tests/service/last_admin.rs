//! A directory that has an admin keeps one.

use std::sync::Arc;

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{ImportMode, ServiceError};

use crate::{
    stage::{ADMIN, Stage, on_both_stores},
    values::{assert_refused, domain_input, email, import_row, input},
};

on_both_stores!(
    the_last_admin_can_neither_demote_nor_delete_itself,
    nobody_else_can_take_the_last_admin_away,
    with_two_admins_one_may_go,
    what_leaves_the_last_admin_an_admin_is_allowed,
    an_import_that_would_leave_no_admin_does_nothing,
    an_import_may_put_another_admin_in_the_place_of_the_last,
);

async fn the_last_admin_can_neither_demote_nor_delete_itself(stage: Stage) {
    let admin = stage.with_admin().await;
    let name = email(ADMIN);
    for role in [Role::Editor, Role::Operator, Role::Viewer, Role::None] {
        assert_refused!(
            stage.directory.update_user(&admin, &name, input(&name, role), None).await,
            ServiceError::LastAdmin(last) if last == name
        );
    }
    assert_refused!(
        stage.directory.delete_user(&admin, &name, None).await,
        ServiceError::LastAdmin(last) if last == name
    );
    assert_eq!(stage.find(&name).await.unwrap().roles.account, Role::Admin);
}

async fn nobody_else_can_take_the_last_admin_away(stage: Stage) {
    stage.with_admin().await;
    let name = email(ADMIN);
    for caller in [stage.operator(), stage.directory.owner().await.unwrap()] {
        assert_refused!(
            stage.directory.update_user(&caller, &name, input(&name, Role::Viewer), None).await,
            ServiceError::LastAdmin(last) if last == name
        );
        assert_refused!(
            stage.directory.delete_user(&caller, &name, None).await,
            ServiceError::LastAdmin(last) if last == name
        );
    }
    assert_eq!(stage.count_admins().await, 1);
}

async fn with_two_admins_one_may_go(stage: Stage) {
    let admin = stage.with_admin().await;
    let (name, jane) = (email(ADMIN), stage.add("jane@example.com", Role::Admin).await);
    let jane_caller = stage.caller_for(&jane).await;
    stage.directory.update_user(&admin, &name, input(&name, Role::Viewer), None).await.unwrap();
    assert_refused!(
        stage.directory.delete_user(&jane_caller, &jane, None).await,
        ServiceError::LastAdmin(last) if last == jane
    );
    stage.directory.delete_user(&jane_caller, &name, None).await.unwrap();
    assert_eq!(stage.count_admins().await, 1);
}

async fn what_leaves_the_last_admin_an_admin_is_allowed(stage: Stage) {
    let admin = stage.with_admin().await;
    let name = email(ADMIN);
    stage.directory.update_user(&admin, &name, input(&name, Role::Admin), None).await.unwrap();
    stage.install(LicenceType::Enterprise, 5).await;
    let with_domain = domain_input(&name, &[("(default)", Role::Viewer)]);
    stage.directory.update_user(&admin, &name, with_domain, None).await.unwrap();
    let without_domain = domain_input(&name, &[]);
    stage.directory.update_user(&admin, &name, without_domain, None).await.unwrap();
    assert_eq!(stage.find(&name).await.unwrap().roles.account, Role::Admin);
}

async fn an_import_that_would_leave_no_admin_does_nothing(stage: Stage) {
    let admin = stage.with_admin().await;
    let mode = ImportMode { update_existing: true, dry_run: false };
    let rows = vec![import_row(2, "new@example.com", "viewer"), import_row(3, ADMIN, "viewer")];
    let report = stage.directory.import_users(&admin, rows, mode, Arc::new(|_| {})).await.unwrap();
    let errors: Vec<_> =
        report.errors.iter().map(|error| (error.row, error.detail.as_str())).collect();
    assert_eq!(errors, [(0, "the directory would be left without an admin")]);
    assert_eq!((stage.count_users().await, stage.count_admins().await), (1, 1));
}

async fn an_import_may_put_another_admin_in_the_place_of_the_last(stage: Stage) {
    let admin = stage.with_admin().await;
    let mode = ImportMode { update_existing: true, dry_run: false };
    let rows = vec![import_row(2, ADMIN, "viewer"), import_row(3, "new@example.com", "admin")];
    let report = stage.directory.import_users(&admin, rows, mode, Arc::new(|_| {})).await.unwrap();
    assert_eq!((report.created, report.updated), (1, 1));
    assert_eq!(stage.find(&email("new@example.com")).await.unwrap().roles.account, Role::Admin);
    assert_eq!(stage.find(&email(ADMIN)).await.unwrap().roles.account, Role::Viewer);
}
