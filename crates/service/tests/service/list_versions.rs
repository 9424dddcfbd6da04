//! The version of the list: another one after every change that the list shows.

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{ListVersion, ServiceError, UserPage};

use crate::{
    clock::hours,
    stage::{ADMIN, Stage, on_both_stores},
    values::{OTHER_STRONG, STRONG, assert_refused, domain, domain_input, email, input, password},
};

on_both_stores!(
    every_change_that_the_list_shows_gives_it_another_version,
    what_the_list_does_not_show_keeps_its_version,
    the_version_that_comes_with_the_list_is_the_lists,
);

async fn version(stage: &Stage) -> ListVersion {
    stage.directory.list_version(&stage.operator()).await.unwrap()
}

/// The version, which must be another one than all before.
async fn next_version(stage: &Stage, seen: &mut Vec<ListVersion>, what: &str) {
    let now = version(stage).await;
    assert!(!seen.contains(&now), "{what} kept the version");
    seen.push(now);
}

async fn every_change_that_the_list_shows_gives_it_another_version(stage: Stage) {
    let (directory, operator) = (&stage.directory, stage.operator());
    let mut seen = vec![version(&stage).await];
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    next_version(&stage, &mut seen, "adding").await;
    stage.set_role(&jane, Role::Editor).await;
    next_version(&stage, &mut seen, "changing").await;
    stage.set_role(&jane, Role::Viewer).await;
    next_version(&stage, &mut seen, "changing back").await;
    stage.install(LicenceType::Enterprise, 5).await;
    next_version(&stage, &mut seen, "installing ENTERPRISE").await;
    directory.add_data_domain(&operator, domain("sales")).await.unwrap();
    next_version(&stage, &mut seen, "adding a data domain").await;
    let role = domain_input(&jane, &[("sales", Role::Viewer)]);
    directory.update_user(&operator, &jane, role, None).await.unwrap();
    next_version(&stage, &mut seen, "a data domain role").await;
    directory.remove_data_domain(&operator, domain("sales")).await.unwrap();
    next_version(&stage, &mut seen, "removing a data domain").await;
    directory.remove_licence(&operator).await.unwrap();
    next_version(&stage, &mut seen, "removing ENTERPRISE").await;
    stage.delete(&jane).await;
    next_version(&stage, &mut seen, "deleting").await;
    stage.add("jane@example.com", Role::Viewer).await;
    next_version(&stage, &mut seen, "adding again").await;
}

async fn what_the_list_does_not_show_keeps_its_version(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (directory, before) = (&stage.directory, version(&stage).await);

    directory.get_user(&admin, &jane).await.unwrap();
    directory.page_of_users(&admin, UserPage::default()).await.unwrap();
    directory.licence_report(&admin).await.unwrap();
    directory.change_user_password(&admin, &jane, Some(password(STRONG))).await.unwrap();
    directory.verify_password(jane.as_str(), password(STRONG)).await.unwrap();
    let wrong = directory.verify_password(jane.as_str(), password(OTHER_STRONG)).await;
    assert_refused!(wrong, ServiceError::SignInRefused);
    let key = stage.key_for(&jane).await;
    directory.authenticate(key.token.expose()).await.unwrap();
    stage.set_role(&jane, Role::Viewer).await;
    let last = input(&email(ADMIN), Role::Viewer);
    let refused = directory.update_user(&admin, &email(ADMIN), last, None).await;
    assert_refused!(refused, ServiceError::LastAdmin(_));
    assert_refused!(
        directory.create_user(&admin, input(&jane, Role::Viewer)).await,
        ServiceError::UserExists(_)
    );
    directory.start().await.unwrap();
    directory.note_time().await.unwrap();
    stage.clock.advance(hours(1));
    directory.note_time().await.unwrap();
    assert_eq!(version(&stage).await, before);
}

async fn the_version_that_comes_with_the_list_is_the_lists(stage: Stage) {
    let mut versions = Vec::new();
    for licence_type in [LicenceType::Team, LicenceType::Enterprise] {
        stage.install(licence_type, 5).await;
        let mut count = 0;
        let with_list =
            stage.directory.visit_users(&stage.operator(), &mut |_| count += 1).await.unwrap();
        assert_eq!(with_list, version(&stage).await);
        assert_eq!(count, versions.len());
        let has_domains = licence_type == LicenceType::Enterprise;
        assert_eq!(with_list.with_data_domains, has_domains);
        versions.push(with_list);
        stage.add(&format!("user{count}@example.com"), Role::Viewer).await;
    }
}
