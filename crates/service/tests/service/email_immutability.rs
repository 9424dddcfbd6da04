//! An email never changes: an update can only repeat it.

use dqops_users_domain::Role;
use dqops_users_service::{ServiceError, UserInput};

use crate::{
    stage::Stage,
    values::{assert_refused, email, input},
};

#[tokio::test]
async fn an_update_with_another_email_is_refused() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    for other in ["joe@example.com", "jane@example.co", "admin@example.com"] {
        let renamed = input(&email(other), Role::Editor);
        assert_refused!(
            stage.directory.update_user(&admin, &jane, renamed, None).await,
            ServiceError::EmailImmutable(kept) if kept == jane
        );
        assert_eq!(stage.count_users().await, 2);
        assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Viewer);
    }
}

#[tokio::test]
async fn an_update_without_an_email_is_refused() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let nameless = UserInput { account_role: Some(Role::Editor), ..UserInput::default() };
    assert_refused!(
        stage.directory.update_user(&admin, &jane, nameless, None).await,
        ServiceError::MissingField("email")
    );
    assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Viewer);
}

#[tokio::test]
async fn another_spelling_of_the_same_email_is_no_change_of_it() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let spelled = input(&email(" Jane@EXAMPLE.com "), Role::Editor);
    stage.directory.update_user(&admin, &jane, spelled, None).await.unwrap();
    let user = stage.find(&jane).await.unwrap();
    assert_eq!((user.email.as_str(), user.roles.account), ("jane@example.com", Role::Editor));
}

#[tokio::test]
async fn an_unknown_user_is_not_found_rather_than_made() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let joe = email("joe@example.com");
    assert_refused!(
        stage.directory.update_user(&admin, &joe, input(&joe, Role::Editor), None).await,
        ServiceError::UserNotFound(name) if name == joe
    );
    assert_eq!(stage.count_users().await, 1);
}

#[tokio::test]
async fn creating_needs_an_email_a_role_and_a_free_name() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    let jane = email("jane@example.com");
    let without_email = UserInput { email: None, ..input(&jane, Role::Viewer) };
    assert_refused!(
        stage.directory.create_user(&admin, without_email).await,
        ServiceError::MissingField("email")
    );
    let without_role = UserInput { account_role: None, ..input(&jane, Role::Viewer) };
    assert_refused!(
        stage.directory.create_user(&admin, without_role).await,
        ServiceError::MissingField("accountRole")
    );
    stage.directory.create_user(&admin, input(&jane, Role::Viewer)).await.unwrap();
    assert_refused!(
        stage.directory.create_user(&admin, input(&email("JANE@example.com"), Role::Admin)).await,
        ServiceError::UserExists(name) if name == jane
    );
    assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Viewer);
}
