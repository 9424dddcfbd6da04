//! Races whose outcome is made certain: something happens exactly between two steps of another.

use dqops_users_domain::{
    Permission, Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::ServiceError;

use crate::{
    interposed::Interposed,
    stage::{ADMIN, Stage, on_both_stores, settings},
    values::{STRONG, assert_refused, domain, domain_input, email, input, password},
    vendor,
};

on_both_stores!(
    a_password_meant_for_a_deleted_user_is_not_given_to_the_next_of_the_email,
    a_caller_who_is_demoted_while_the_change_is_prepared_is_refused,
    a_set_up_that_is_overtaken_makes_no_second_admin,
    an_owner_who_is_named_while_another_is_made_is_not_added,
    equal_versions_of_a_user_show_the_same,
    a_licence_that_is_replaced_while_a_change_waits_is_the_one_that_counts,
);

async fn a_password_meant_for_a_deleted_user_is_not_given_to_the_next_of_the_email(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let (directory, operator, name) = (stage.directory.clone(), stage.operator(), jane.clone());
    interposed.before_the_next_change(async move {
        directory.delete_user(&operator, &name, None).await.unwrap();
        directory.create_user(&operator, input(&name, Role::Admin)).await.unwrap();
    });
    assert_refused!(
        slow.change_user_password(&stage.operator(), &jane, Some(password(STRONG))).await,
        ServiceError::UserNotFound(name) if name == jane
    );
    assert_eq!(stage.stored_hash(&jane).await, None);
}

async fn a_caller_who_is_demoted_while_the_change_is_prepared_is_refused(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let caller = stage.caller_for(&jane).await;
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let (directory, operator, name) = (stage.directory.clone(), stage.operator(), jane.clone());
    interposed.before_the_next_change(async move {
        let lower = input(&name, Role::Editor);
        directory.update_user(&operator, &name, lower, None).await.unwrap();
    });
    assert_refused!(
        slow.change_user_password(&caller, &email(ADMIN), Some(password(STRONG))).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    assert_eq!(stage.stored_hash(&email(ADMIN)).await, None);
}

async fn a_set_up_that_is_overtaken_makes_no_second_admin(stage: Stage) {
    let code = stage.directory.open_setup_code().await.unwrap().unwrap();
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let (directory, first) = (stage.directory.clone(), code.expose().to_owned());
    interposed.before_the_next_change(async move {
        directory.set_up(&first, email(ADMIN), None).await.unwrap();
    });
    assert_refused!(
        slow.set_up(code.expose(), email("late@example.com"), None).await,
        ServiceError::AlreadySetUp
    );
    assert_eq!((stage.count_users().await, stage.count_admins().await), (1, 1));
}

async fn an_owner_who_is_named_while_another_is_made_is_not_added(stage: Stage) {
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    let directory = stage.directory.clone();
    interposed.before_the_next_change(async move {
        assert!(directory.name_owner(&email(ADMIN), None).await.unwrap());
    });
    assert!(!slow.name_owner(&email("late@example.com"), None).await.unwrap());
    assert_eq!(stage.count_users().await, 1);
}

/// A user is read while a data domain is removed: the view must be of before or of after.
async fn equal_versions_of_a_user_show_the_same(stage: Stage) {
    let operator = stage.operator();
    stage.install(LicenceType::Enterprise, 5).await;
    stage.directory.add_data_domain(&operator, domain("sales")).await.unwrap();
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let role = domain_input(&jane, &[("sales", Role::Editor)]);
    stage.directory.update_user(&operator, &jane, role, None).await.unwrap();
    let before = stage.directory.get_user(&operator, &jane).await.unwrap();

    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    slow.profile(&operator).await.unwrap(); // What holds for the whole directory is remembered now.
    let (directory, caller) = (stage.directory.clone(), operator.clone());
    interposed.before_the_next_read(async move {
        directory.remove_data_domain(&caller, domain("sales")).await.unwrap();
    });
    let during = slow.get_user(&operator, &jane).await.unwrap();
    let after = stage.directory.get_user(&operator, &jane).await.unwrap();
    assert!(during == before || during == after, "{during:?} is neither of before nor of after");
}

async fn a_licence_that_is_replaced_while_a_change_waits_is_the_one_that_counts(stage: Stage) {
    stage.with_admin().await;
    stage.install(LicenceType::Enterprise, 50).await;
    let interposed = Interposed::over(&stage.storage);
    let slow = stage.directory_over(interposed.clone(), settings());
    slow.profile(&stage.operator()).await.unwrap();
    let (directory, operator) = (stage.directory.clone(), stage.operator());
    let free = vendor::licence(LicenceType::Free, 1, None);
    interposed.before_the_next_change(async move {
        directory.install_licence(&operator, &free).await.unwrap();
    });
    let new = input(&email("new@example.com"), Role::Viewer);
    assert_refused!(
        slow.create_user(&stage.operator(), new).await,
        ServiceError::Licence(LicenceRefusal::Required { .. })
    );
    assert_eq!(stage.count_users().await, 1);
}
