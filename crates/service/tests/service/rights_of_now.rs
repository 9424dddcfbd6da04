//! Rights are those of the current role: what was taken away is gone from the next request on.

use dqops_users_domain::{Permission, Role};
use dqops_users_service::{AuditPage, Caller, KeyLifetime, NewKey, ServiceError, UserPage};
use dqops_users_storage::EpochLease;
use jiff::SignedDuration;

use crate::{
    clock::hours,
    stage::{Stage, on_both_stores},
    values::{STRONG, assert_refused, email, input, password},
};

on_both_stores!(
    a_demoted_admin_is_refused_by_the_next_change,
    a_deleted_admin_is_refused_by_the_next_change,
    a_revoked_key_is_refused_by_the_next_change,
    whoever_has_no_role_any_more_may_not_even_change_their_own,
    whoever_was_let_in_before_sees_nothing_of_afterwards,
    a_key_ends_at_its_expiry,
    a_key_does_not_pass_to_the_next_user_of_the_email,
    a_promotion_counts_from_the_next_request,
    another_replica_refuses_changes_at_once_and_requests_after_the_lease,
);

async fn create(stage: &Stage, caller: &Caller) -> Result<(), ServiceError> {
    let new = email("new@example.com");
    stage.directory.create_user(caller, input(&new, Role::Viewer)).await.map(drop)
}

async fn a_demoted_admin_is_refused_by_the_next_change(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (caller, token, _) = stage.caller_with_key(&jane).await;
    stage.set_role(&jane, Role::Viewer).await;
    assert_refused!(
        create(&stage, &caller).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    let now = stage.directory.authenticate(token.expose()).await.unwrap();
    assert_eq!(now.role(), Role::Viewer);
    assert!(stage.find(&email("new@example.com")).await.is_none());
}

async fn a_deleted_admin_is_refused_by_the_next_change(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (caller, token, _) = stage.caller_with_key(&jane).await;
    stage.delete(&jane).await;
    assert_refused!(create(&stage, &caller).await, ServiceError::InvalidCredential);
    assert_refused!(
        stage.directory.authenticate(token.expose()).await,
        ServiceError::InvalidCredential
    );
}

async fn a_revoked_key_is_refused_by_the_next_change(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (caller, token, id) = stage.caller_with_key(&jane).await;
    let (other_caller, _, _) = stage.caller_with_key(&jane).await;
    stage.directory.revoke_api_key(&caller, id).await.unwrap();
    assert_refused!(create(&stage, &caller).await, ServiceError::InvalidCredential);
    let own = NewKey { owner: None, name: "next".to_owned(), lifetime: KeyLifetime::Default };
    assert_refused!(
        stage.directory.issue_api_key(&caller, own).await,
        ServiceError::InvalidCredential
    );
    assert_refused!(
        stage.directory.authenticate(token.expose()).await,
        ServiceError::InvalidCredential
    );
    create(&stage, &other_caller).await.unwrap();
}

async fn whoever_has_no_role_any_more_may_not_even_change_their_own(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (caller, token, id) = stage.caller_with_key(&jane).await;
    stage.set_role(&jane, Role::None).await;
    let directory = &stage.directory;
    assert_refused!(
        directory.change_caller_password(&caller, Some(password(STRONG))).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.revoke_api_key(&caller, id).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    let now = directory.authenticate(token.expose()).await.unwrap();
    assert_refused!(
        directory.get_user(&now, &jane).await,
        ServiceError::PermissionDenied(Permission::View)
    );
}

/// A request may be held up between being let in and reading, for as long as its process is stopped.
async fn whoever_was_let_in_before_sees_nothing_of_afterwards(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (caller, ..) = stage.caller_with_key(&jane).await;
    stage.set_role(&jane, Role::None).await;
    let directory = &stage.directory;
    // Somebody else has read it already, so it is remembered.
    directory.get_user(&admin, &jane).await.unwrap();
    assert_refused!(
        directory.get_user(&caller, &jane).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.page_of_users(&caller, UserPage::default()).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.data_domains(&caller).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.page_of_audit(&caller, AuditPage::default()).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    assert_refused!(
        directory.api_keys(&caller, None).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    assert_refused!(
        directory.sessions(&caller, None).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    // Whoever remembers the list serves it by its version.
    assert_refused!(
        directory.list_version(&caller).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.seat_outlook(&caller).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.licence_report(&caller).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.licence_allowances(&caller).await,
        ServiceError::PermissionDenied(Permission::View)
    );
    assert_refused!(
        directory.user_outlook(&caller, &jane).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    assert_refused!(
        directory.password_link(&caller, &jane).await,
        ServiceError::PermissionDenied(Permission::ManageAccount)
    );
    stage.delete(&jane).await;
    assert_refused!(directory.data_domains(&caller).await, ServiceError::InvalidCredential);
}

async fn a_key_ends_at_its_expiry(stage: Stage) {
    let admin = stage.with_admin().await;
    let lifetime = KeyLifetime::For(hours(1));
    let wanted = NewKey { owner: None, name: "short".to_owned(), lifetime };
    let issued = stage.directory.issue_api_key(&admin, wanted).await.unwrap();
    let token = issued.token.expose();
    let caller = stage.directory.authenticate(token).await.unwrap();

    stage.clock.advance(hours(1) - SignedDuration::from_micros(1));
    assert!(stage.directory.authenticate(token).await.is_ok());
    create(&stage, &caller).await.unwrap();
    stage.clock.advance(SignedDuration::from_micros(1));
    let late = email("late@example.com");
    assert_refused!(
        stage.directory.create_user(&caller, input(&late, Role::Viewer)).await,
        ServiceError::InvalidCredential
    );
    assert_refused!(stage.directory.authenticate(token).await, ServiceError::InvalidCredential);
}

async fn a_key_does_not_pass_to_the_next_user_of_the_email(stage: Stage) {
    stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (caller, token, _) = stage.caller_with_key(&jane).await;
    stage.delete(&jane).await;
    stage.add("jane@example.com", Role::Admin).await;
    assert_refused!(create(&stage, &caller).await, ServiceError::InvalidCredential);
    assert_refused!(
        stage.directory.authenticate(token.expose()).await,
        ServiceError::InvalidCredential
    );
}

async fn a_promotion_counts_from_the_next_request(stage: Stage) {
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (_, token, _) = stage.caller_with_key(&jane).await;
    stage.set_role(&jane, Role::Admin).await;
    let now = stage.directory.authenticate(token.expose()).await.unwrap();
    create(&stage, &now).await.unwrap();
}

async fn another_replica_refuses_changes_at_once_and_requests_after_the_lease(stage: Stage) {
    stage.with_admin().await;
    let other = stage.second().await;
    let jane = stage.add("jane@example.com", Role::Admin).await;
    let (_, token, _) = stage.caller_with_key(&jane).await;
    let caller = other.authenticate(token.expose()).await.unwrap();
    stage.delete(&jane).await;
    let new = input(&email("new@example.com"), Role::Viewer);
    assert_refused!(other.create_user(&caller, new).await, ServiceError::InvalidCredential);
    tokio::time::sleep(EpochLease::LENGTH).await;
    assert_refused!(other.authenticate(token.expose()).await, ServiceError::InvalidCredential);
}
