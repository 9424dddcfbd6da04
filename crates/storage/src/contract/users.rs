//! Cases on users.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{ApiKey, ApiKeyId, Email, PasswordHash, Role, Roles, TokenDigest, User};
use uuid::Uuid;

use super::{
    Fixture, at, email, insert, new_user, permit_change, permit_delete, run, samples::permit_create,
};
use crate::{Storage, StorageError, UserQuery};

async fn find(store: &dyn Storage, name: &str) -> Option<User> {
    store.read().await.unwrap().find_user(&email(name)).await.unwrap()
}

async fn delete(store: &dyn Storage, name: &str) -> Result<(), StorageError> {
    let user = find(store, name).await.unwrap().id;
    run(store, move |unit| Box::pin(unit.delete_user(user, permit_delete()))).await
}

async fn visit(store: &dyn Storage, query: UserQuery) -> Vec<String> {
    let mut emails = Vec::new();
    let mut reader = store.read().await.unwrap();
    reader.visit_users(&query, &mut |user| emails.push(user.email.to_string())).await.unwrap();
    emails
}

pub async fn inserted_users_are_found(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let jane = new_user("jane@x.pl", Role::Editor, 5);
    insert(&*store, std::slice::from_ref(&jane)).await;

    let found = find(&*store, "jane@x.pl").await.unwrap();
    assert_eq!((found.id, found.created_at), (jane.id, at(5)));
    assert_eq!((found.email, found.roles), (jane.email, jane.roles));
    assert_eq!(find(&*store, "joe@x.pl").await, None);
}

pub async fn an_email_is_unique(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("jane@x.pl", Role::Editor, 0)]).await;
    let again = new_user("jane@x.pl", Role::Admin, 1);
    let refused = run(&*store, move |unit| {
        let again = again.clone();
        Box::pin(async move { unit.insert_user(again.clone(), permit_create()).await })
    })
    .await;
    assert!(matches!(refused, Err(StorageError::Conflict("the user"))), "{refused:?}");
    assert_eq!(find(&*store, "jane@x.pl").await.unwrap().roles, Roles::new(Role::Editor));
}

pub async fn an_email_never_changes(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("jane@x.pl", Role::Editor, 0)]).await;
    let forced = fixture.raw("UPDATE users SET email = 'joe@x.pl'").await;
    assert!(forced.is_err(), "the trigger let an email change");
    assert!(find(&*store, "jane@x.pl").await.is_some());
    assert!(fixture.raw("UPDATE users SET account_role = 'viewer'").await.is_ok());
}

pub async fn roles_are_replaced_as_a_whole(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let root = dqops_users_domain::DataDomainName::root();
    let mut jane = new_user("jane@x.pl", Role::Viewer, 0);
    jane.roles = jane.roles.with_domain_role(root.clone(), Role::Editor);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let before = find(&*store, "jane@x.pl").await.unwrap();
    assert_eq!(before.roles, jane.roles);

    let user = jane.id;
    run(&*store, move |unit| {
        Box::pin(
            async move { unit.set_roles(user, &Roles::new(Role::Operator), permit_change()).await },
        )
    })
    .await
    .unwrap();
    let after = find(&*store, "jane@x.pl").await.unwrap();
    assert_eq!(after.roles, Roles::new(Role::Operator));
    assert!(after.version > before.version);
}

pub async fn deleting_a_user_takes_all_that_is_theirs(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let root = dqops_users_domain::DataDomainName::root();
    let mut jane = new_user("jane@x.pl", Role::Viewer, 0);
    jane.roles = jane.roles.with_domain_role(root, Role::Editor);
    insert(&*store, std::slice::from_ref(&jane)).await;
    let owner = jane.id;
    run(&*store, move |unit| {
        Box::pin(async move {
            let key = ApiKey {
                id: ApiKeyId(Uuid::from_u128(1)),
                owner,
                name: "ci".to_owned(),
                created_at: at(0),
                expires_at: None,
                last_used_at: None,
            };
            unit.insert_api_key(&key, &TokenDigest([1; 32])).await?;
            let hash = PasswordHash::from_phc("$argon2id$".to_owned());
            unit.set_password_hash(owner, &hash, at(0)).await
        })
    })
    .await
    .unwrap();

    delete(&*store, "jane@x.pl").await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.find_user(&email("jane@x.pl")).await.unwrap(), None);
    assert_eq!(reader.find_by_digest(&TokenDigest([1; 32])).await.unwrap(), None);
    assert_eq!(reader.password_hash(owner).await.unwrap(), None);
    drop(reader);
    assert_eq!(fixture.raw("DELETE FROM data_domain_roles").await.unwrap(), 0);
    assert_eq!(fixture.raw("DELETE FROM api_keys").await.unwrap(), 0);
}

pub async fn users_come_in_byte_order(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let sorted = ["a+b@x.pl", "a-b@x.pl", "a.b@x.pl", "a@x.pl", "a_b@x.pl", "ab@x.pl", "b@x.pl"];
    for name in ["b@x.pl", "a_b@x.pl", "a@x.pl", "ab@x.pl", "a.b@x.pl", "a-b@x.pl", "a+b@x.pl"] {
        insert(&*store, &[new_user(name, Role::Viewer, 0)]).await;
    }
    assert_eq!(visit(&*store, UserQuery::default()).await, sorted);
    let with_roles = UserQuery { with_data_domain_roles: true, ..UserQuery::default() };
    assert_eq!(visit(&*store, with_roles).await, sorted);
}

pub async fn queries_filter_and_page(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    for (name, role) in [
        ("ann@x.pl", Role::Admin),
        ("a_n@x.pl", Role::Viewer),
        ("bob@x.pl", Role::Viewer),
        ("cyd@y.pl", Role::Viewer),
    ] {
        insert(&*store, &[new_user(name, role, 0)]).await;
    }
    let query = UserQuery { search: Some("a_n".to_owned()), ..UserQuery::default() };
    assert_eq!(visit(&*store, query).await, ["a_n@x.pl"], "an underscore is no wildcard");
    let query = UserQuery {
        search: Some("@x".to_owned()),
        role: Some(Role::Viewer),
        ..UserQuery::default()
    };
    assert_eq!(visit(&*store, query).await, ["a_n@x.pl", "bob@x.pl"]);
    let query = UserQuery {
        after: Some(email("ann@x.pl")),
        limit: Some(1),
        with_data_domain_roles: true,
        ..UserQuery::default()
    };
    assert_eq!(visit(&*store, query).await, ["bob@x.pl"]);
}

pub async fn counts_follow_every_change(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("a@x.pl", Role::Admin, 0), new_user("b@x.pl", Role::Admin, 0)])
        .await;
    insert(&*store, &[new_user("c@x.pl", Role::Viewer, 0)]).await;
    let counts = async || {
        let mut reader = store.read().await.unwrap();
        (reader.count_users().await.unwrap(), reader.count_admins().await.unwrap())
    };
    assert_eq!(counts().await, (3, 2));
    delete(&*store, "a@x.pl").await.unwrap();
    assert_eq!(counts().await, (2, 1));

    // Within one mutation, and after one that was undone.
    let seen = run(&*store, |unit| {
        Box::pin(async move {
            let user = new_user("d@x.pl", Role::Viewer, 0);
            unit.insert_user(user.clone(), permit_create()).await?;
            unit.count_users().await
        })
    });
    assert_eq!(seen.await.unwrap(), 3);
    let refused: Result<(), _> = run(&*store, |unit| {
        Box::pin(async move {
            let user = new_user("e@x.pl", Role::Viewer, 0);
            unit.insert_user(user.clone(), permit_create()).await?;
            Err(StorageError::NotFound("a reason"))
        })
    })
    .await;
    assert!(refused.is_err());
    assert_eq!(counts().await, (3, 1));
}

pub async fn the_oldest_admin_is_the_owner(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let owner = async || store.read().await.unwrap().oldest_admin().await.unwrap();
    assert_eq!(owner().await, None);
    insert(&*store, &[new_user("z@x.pl", Role::Viewer, 1)]).await;
    assert_eq!(owner().await, None);
    insert(&*store, &[new_user("b@x.pl", Role::Admin, 3), new_user("c@x.pl", Role::Admin, 2)])
        .await;
    assert_eq!(owner().await.unwrap().email, email("c@x.pl"));
    insert(&*store, &[new_user("a@x.pl", Role::Admin, 2)]).await;
    assert_eq!(owner().await.unwrap().email, email("a@x.pl"), "the email decides between equals");
}

pub async fn a_user_who_comes_back_has_a_new_version(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    let first = find(&*store, "jane@x.pl").await.unwrap();
    delete(&*store, "jane@x.pl").await.unwrap();
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 1)]).await;
    let second = find(&*store, "jane@x.pl").await.unwrap();
    assert!(second.version > first.version);
    assert_ne!(second.id, first.id);
}

pub async fn damaged_rows_are_reported(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    assert!(
        fixture.raw("UPDATE users SET account_role = 'king'").await.is_err(),
        "the schema lets no unknown role in"
    );
    fixture.raw("UPDATE users SET created_at = 9223372036854775807").await.unwrap();
    let found = store.read().await.unwrap().find_user(&"jane@x.pl".parse::<Email>().unwrap()).await;
    assert!(matches!(found, Err(StorageError::Corrupt(_))), "{found:?}");
}
