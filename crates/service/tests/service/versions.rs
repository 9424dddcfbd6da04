//! Versions of users: a change on the strength of an old one is refused.

use dqops_users_domain::{Email, Role, licence::LicenceType};
use dqops_users_service::{IfMatch, ServiceError, UserVersion};

use crate::{
    stage::{Stage, on_both_stores},
    values::{STRONG, assert_refused, domain, domain_input, input, password},
};

on_both_stores!(
    a_change_on_the_current_version_is_made,
    a_change_on_an_old_version_is_refused,
    a_user_who_was_deleted_and_added_again_has_another_version,
    the_set_of_data_domains_is_part_of_the_version_where_it_is_shown,
    what_changes_nothing_visible_keeps_the_version,
    of_many_changes_on_one_version_exactly_one_is_made,
);

async fn version(stage: &Stage, user: &Email) -> UserVersion {
    stage.directory.get_user(&stage.operator(), user).await.unwrap().version
}

async fn set(
    stage: &Stage,
    user: &Email,
    role: Role,
    condition: IfMatch,
) -> Result<(), ServiceError> {
    let change = input(user, role);
    stage.directory.update_user(&stage.operator(), user, change, Some(condition)).await
}

async fn delete(stage: &Stage, user: &Email, condition: IfMatch) -> Result<(), ServiceError> {
    stage.directory.delete_user(&stage.operator(), user, Some(condition)).await
}

async fn a_change_on_the_current_version_is_made(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let first = version(&stage, &jane).await;
    set(&stage, &jane, Role::Editor, IfMatch::OneOf(vec![first])).await.unwrap();
    let second = version(&stage, &jane).await;
    assert_ne!(first, second);
    set(&stage, &jane, Role::Viewer, IfMatch::OneOf(vec![first, second])).await.unwrap();
    set(&stage, &jane, Role::Editor, IfMatch::Any).await.unwrap();
    let third = version(&stage, &jane).await;
    delete(&stage, &jane, IfMatch::OneOf(vec![third])).await.unwrap();
    assert!(stage.find(&jane).await.is_none());
}

async fn a_change_on_an_old_version_is_refused(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let old = version(&stage, &jane).await;
    stage.set_role(&jane, Role::Editor).await;
    for condition in [IfMatch::OneOf(vec![old]), IfMatch::OneOf(Vec::new())] {
        assert_refused!(
            set(&stage, &jane, Role::None, condition.clone()).await,
            ServiceError::PreconditionFailed
        );
        assert_refused!(delete(&stage, &jane, condition).await, ServiceError::PreconditionFailed);
    }
    assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Editor);
}

async fn a_user_who_was_deleted_and_added_again_has_another_version(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let old = version(&stage, &jane).await;
    stage.delete(&jane).await;
    assert_refused!(
        set(&stage, &jane, Role::Editor, IfMatch::Any).await,
        ServiceError::UserNotFound(name) if name == jane
    );
    stage.add("jane@example.com", Role::Viewer).await;
    assert_refused!(
        delete(&stage, &jane, IfMatch::OneOf(vec![old])).await,
        ServiceError::PreconditionFailed
    );
}

async fn the_set_of_data_domains_is_part_of_the_version_where_it_is_shown(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let under_team = version(&stage, &jane).await;
    stage.install(LicenceType::Enterprise, 5).await;
    let before = version(&stage, &jane).await;
    assert_eq!((under_team.user, under_team.data_domains), (before.user, None));
    assert_refused!(
        set(&stage, &jane, Role::Editor, IfMatch::OneOf(vec![under_team])).await,
        ServiceError::PreconditionFailed
    );
    stage.directory.add_data_domain(&stage.operator(), domain("sales")).await.unwrap();
    assert_refused!(
        set(&stage, &jane, Role::Editor, IfMatch::OneOf(vec![before])).await,
        ServiceError::PreconditionFailed
    );
    let current = version(&stage, &jane).await;
    stage.directory.remove_data_domain(&stage.operator(), domain("sales")).await.unwrap();
    assert_refused!(
        delete(&stage, &jane, IfMatch::OneOf(vec![current])).await,
        ServiceError::PreconditionFailed
    );
    // Without data domains their set is not shown, so it does not count.
    stage.install(LicenceType::Team, 5).await;
    assert_eq!(version(&stage, &jane).await, under_team);
    set(&stage, &jane, Role::Editor, IfMatch::OneOf(vec![under_team])).await.unwrap();
}

async fn what_changes_nothing_visible_keeps_the_version(stage: Stage) {
    stage.install(LicenceType::Enterprise, 5).await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let before = version(&stage, &jane).await;
    let (directory, operator) = (&stage.directory, stage.operator());
    directory.change_user_password(&operator, &jane, Some(password(STRONG))).await.unwrap();
    stage.key_for(&jane).await;
    stage.add("joe@example.com", Role::Viewer).await;
    set(&stage, &jane, Role::Viewer, IfMatch::OneOf(vec![before])).await.unwrap();
    let no_domains = domain_input(&jane, &[("(default)", Role::None)]);
    directory.update_user(&operator, &jane, no_domains, None).await.unwrap();
    assert_eq!(version(&stage, &jane).await, before);
}

async fn of_many_changes_on_one_version_exactly_one_is_made(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let other = stage.second().await;
    for round in 0..10 {
        // From the storage: what this replica knows may be as old as the lease.
        let user = stage.find(&jane).await.unwrap().version;
        let current = UserVersion { user, data_domains: None };
        let next = if round % 2 == 0 { Role::Editor } else { Role::Viewer };
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let directory = if number % 2 == 0 { &stage.directory } else { &other }.clone();
                let (operator, jane) = (stage.operator(), jane.clone());
                let condition = IfMatch::OneOf(vec![current]);
                tokio::spawn(async move {
                    let change = input(&jane, next);
                    directory.update_user(&operator, &jane, change, Some(condition)).await
                })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => made += 1,
                Err(ServiceError::PreconditionFailed) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1, "round {round}");
    }
}
