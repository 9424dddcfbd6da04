//! Getting an admin back, on the command line alone.

use dqops_users_domain::{
    Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{Directory, PasswordRejection, RecoveredAdmin, ServiceError};

use crate::{
    clock::days,
    stage::{Stage, on_both_stores},
    values::{STRONG, assert_refused, domain_input, domain_roles, email, password},
};

on_both_stores!(
    a_user_is_added_promoted_or_given_a_new_password,
    no_licence_refuses_the_only_admin,
    nobody_but_the_local_operator_can_recover,
);

async fn recover(
    directory: &Directory,
    name: &str,
    text: Option<&str>,
) -> Result<RecoveredAdmin, ServiceError> {
    directory.recover_admin(&directory.local_operator(), &email(name), text.map(password)).await
}

async fn a_user_is_added_promoted_or_given_a_new_password(stage: Stage) {
    let directory = &stage.directory;
    let added = recover(directory, "jane@example.com", None).await.unwrap();
    assert_eq!(added, RecoveredAdmin::Created);
    stage.add("joe@example.com", Role::None).await;
    let promoted = recover(directory, "joe@example.com", Some(STRONG)).await.unwrap();
    assert_eq!(promoted, RecoveredAdmin::Promoted);
    let reset = recover(directory, "jane@example.com", Some(STRONG)).await.unwrap();
    assert_eq!(reset, RecoveredAdmin::Reset);
    for name in ["jane@example.com", "joe@example.com"] {
        let user = directory.verify_password(name, password(STRONG)).await.unwrap();
        assert_eq!(user.roles.account, Role::Admin);
    }
    let again = recover(directory, "jane@example.com", None).await.unwrap();
    assert_eq!(again, RecoveredAdmin::Reset);
    directory.verify_password("jane@example.com", password(STRONG)).await.unwrap();
}

async fn no_licence_refuses_the_only_admin(stage: Stage) {
    let directory = &stage.directory;
    for name in ["joe@example.com", "ann@example.com"] {
        stage.add(name, Role::Viewer).await;
    }
    stage.clock.advance(days(31));
    let promoted = recover(directory, "joe@example.com", None).await.unwrap();
    assert_eq!(promoted, RecoveredAdmin::Promoted);
    // Beside an admin it would only give more rights, but that admin's password can be set.
    for name in ["new@example.com", "ann@example.com"] {
        assert_refused!(
            recover(directory, name, None).await,
            ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: true, .. })
        );
    }
    stage.install(LicenceType::Free, 1).await;
    assert_refused!(
        recover(directory, "ann@example.com", None).await,
        ServiceError::Licence(LicenceRefusal::Required { held: LicenceType::Free, .. })
    );
    let reset = recover(directory, "joe@example.com", Some(STRONG)).await.unwrap();
    assert_eq!(reset, RecoveredAdmin::Reset);
    assert_refused!(
        recover(directory, "new@example.com", None).await,
        ServiceError::Licence(LicenceRefusal::Required { held: LicenceType::Free, .. })
    );
    assert_eq!((stage.count_users().await, stage.count_admins().await), (2, 1));
}

async fn nobody_but_the_local_operator_can_recover(stage: Stage) {
    let nameless = stage.directory.owner().await.unwrap();
    let admin = stage.with_admin().await;
    let owner = stage.directory.owner().await.unwrap();
    let joe = stage.add("joe@example.com", Role::Viewer).await;
    let viewer = stage.caller_for(&joe).await;
    for caller in [nameless, admin, owner, viewer] {
        assert_refused!(
            stage.directory.recover_admin(&caller, &joe, None).await,
            ServiceError::AuthenticationRequired
        );
    }
    assert_eq!(stage.find(&joe).await.unwrap().roles.account, Role::Viewer);
}

#[tokio::test]
async fn a_recovery_with_a_password_against_the_policy_does_nothing() {
    let stage = Stage::sqlite().await;
    assert_refused!(
        recover(&stage.directory, "jane@example.com", Some("short")).await,
        ServiceError::PasswordRejected(PasswordRejection::TooShort { min: 12 })
    );
    assert_eq!(stage.count_users().await, 0);
}

#[tokio::test]
async fn a_recovery_keeps_the_data_domain_roles() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Enterprise, 5).await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let roles = domain_input(&jane, &[("(default)", Role::Editor)]);
    stage.directory.update_user(&stage.operator(), &jane, roles, None).await.unwrap();
    recover(&stage.directory, jane.as_str(), None).await.unwrap();
    let roles = stage.find(&jane).await.unwrap().roles;
    assert_eq!(roles.account, Role::Admin);
    assert_eq!(roles.domains, domain_roles(&[("(default)", Role::Editor)]));
}
