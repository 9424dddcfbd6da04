//! Callers without a credential: the owner, and the nameless admin while there is none.

use dqops_users_domain::{
    Permission, Role,
    audit::{Action, Actor},
};
use dqops_users_service::{KeyLifetime, NewKey, ServiceError};

use crate::{
    clock::hours,
    stage::Stage,
    values::{STRONG, assert_refused, email, input, password},
};

fn own_key() -> NewKey {
    NewKey { owner: None, name: "mine".to_owned(), lifetime: KeyLifetime::Default }
}

#[tokio::test]
async fn an_empty_directory_has_a_nameless_admin_who_can_add_users() {
    let stage = Stage::sqlite().await;
    let nameless = stage.directory.owner().await.unwrap();
    assert_eq!((nameless.user(), nameless.role()), (None, Role::Admin));
    let profile = stage.directory.profile(&nameless).await.unwrap();
    assert_eq!((profile.email, profile.has_credential), (None, false));

    let jane = email("jane@example.com");
    stage.directory.create_user(&nameless, input(&jane, Role::Viewer)).await.unwrap();
    let entry = stage.audit().await.pop().unwrap();
    assert_eq!((entry.action, entry.actor), (Action::UserCreated, Actor::NamelessAdmin));
}

#[tokio::test]
async fn the_nameless_admin_has_no_password_and_no_keys() {
    let stage = Stage::sqlite().await;
    let nameless = stage.directory.owner().await.unwrap();
    let changed = stage.directory.change_caller_password(&nameless, Some(password(STRONG))).await;
    assert_refused!(changed, ServiceError::NoOwner);
    assert_refused!(
        stage.directory.issue_api_key(&nameless, own_key()).await,
        ServiceError::NoOwner
    );
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let of_jane = NewKey { owner: Some(jane), ..own_key() };
    assert_refused!(
        stage.directory.issue_api_key(&nameless, of_jane).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
}

#[tokio::test]
async fn once_there_is_an_admin_the_nameless_one_acts_in_its_name() {
    let stage = Stage::sqlite().await;
    let nameless = stage.directory.owner().await.unwrap();
    let jane = email("jane@example.com");
    stage.directory.create_user(&nameless, input(&jane, Role::Admin)).await.unwrap();
    assert_eq!(stage.directory.owner().await.unwrap().user().unwrap().email, jane);
    // The same caller as before, whose request came just before.
    let joe = email("joe@example.com");
    stage.directory.create_user(&nameless, input(&joe, Role::Viewer)).await.unwrap();
    assert_eq!(stage.audit().await.pop().unwrap().actor, Actor::User(jane));
}

#[tokio::test]
async fn the_owner_is_the_oldest_admin_who_is_left() {
    let stage = Stage::sqlite().await;
    let first = stage.add("zoe@example.com", Role::Admin).await;
    stage.clock.advance(hours(1));
    let second = stage.add("ann@example.com", Role::Admin).await;
    let owner = async || stage.directory.owner().await.unwrap().user().unwrap().email.clone();
    assert_eq!(owner().await, first);
    stage.set_role(&first, Role::Viewer).await;
    assert_eq!(owner().await, second);
    stage.set_role(&first, Role::Admin).await;
    assert_eq!(owner().await, first);
    stage.delete(&first).await;
    assert_eq!(owner().await, second);
}

#[tokio::test]
async fn the_owner_changes_its_own_password_and_issues_its_own_keys() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let owner = stage.directory.owner().await.unwrap();
    assert!(!owner.has_credential());
    stage.directory.change_caller_password(&owner, Some(password(STRONG))).await.unwrap();
    let signed_in = stage.directory.verify_password(jane.as_str(), password(STRONG)).await;
    assert_eq!(signed_in.unwrap().email, jane);

    let issued = stage.directory.issue_api_key(&owner, own_key()).await.unwrap();
    let caller = stage.directory.authenticate(issued.token.expose()).await.unwrap();
    assert_eq!(caller.user().unwrap().email, jane);
    assert!(caller.has_credential());
}

#[tokio::test]
async fn the_local_operator_has_no_keys_of_its_own_but_issues_those_of_users() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    assert_refused!(
        stage.directory.issue_api_key(&operator, own_key()).await,
        ServiceError::NoOwner
    );
    let nobody = NewKey { owner: Some(email("nobody@example.com")), ..own_key() };
    assert_refused!(
        stage.directory.issue_api_key(&operator, nobody).await,
        ServiceError::UserNotFound(name) if name == email("nobody@example.com")
    );
    let jane = stage.add("jane@example.com", Role::None).await;
    let caller = stage.caller_for(&jane).await;
    assert_eq!(caller.user().unwrap().email, jane);
}
