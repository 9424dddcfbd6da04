//! Cases on data domains.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{
    DataDomainName, Role,
    licence::{
        AddDataDomain, DataDomainPermit, LicenceClaims, LicenceType, Limits, VendorKey, sign,
    },
};
use ed25519_dalek::SigningKey;
use uuid::Uuid;

use super::{Fixture, at, insert, new_user, run, samples::permit_create};
use crate::{Storage, StorageError};

fn name(text: &str) -> DataDomainName {
    text.parse().unwrap()
}

fn permit() -> DataDomainPermit {
    let key = SigningKey::from_bytes(&[3; 32]);
    let claims = LicenceClaims {
        id: Uuid::nil(),
        licence_type: LicenceType::Enterprise,
        seats: 9,
        issued_at: at(0),
        expires_at: None,
        customer: "ACME".to_owned(),
        limits: Limits::default(),
    };
    let licence = VendorKey::from(&key).verify(&sign(&claims, &key)).unwrap();
    licence.permit(AddDataDomain { domains: 0 }, at(1)).unwrap()
}

async fn add(store: &dyn Storage, text: &'static str) -> Result<(), StorageError> {
    run(store, move |unit| {
        Box::pin(async move { unit.insert_data_domain(&name(text), at(0), permit()).await })
    })
    .await
}

async fn remove(store: &dyn Storage, text: &'static str) -> Result<(), StorageError> {
    run(store, move |unit| {
        Box::pin(async move { unit.remove_data_domain(&name(text), at(1)).await })
    })
    .await
}

async fn names(store: &dyn Storage) -> Vec<String> {
    let names = store.read().await.unwrap().data_domains().await.unwrap();
    names.into_iter().map(String::from).collect()
}

pub async fn the_root_domain_always_exists(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    assert_eq!(names(&*store).await, ["(default)"]);
    add(&*store, "sales").await.unwrap();
    add(&*store, "Marketing").await.unwrap();
    assert_eq!(names(&*store).await, ["(default)", "Marketing", "sales"]);
}

pub async fn a_removed_name_stays_used(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    add(&*store, "sales").await.unwrap();
    remove(&*store, "sales").await.unwrap();
    assert_eq!(names(&*store).await, ["(default)"]);
    let again = add(&*store, "sales").await;
    assert!(matches!(again, Err(StorageError::Conflict("the data domain"))), "{again:?}");
    let twice = remove(&*store, "sales").await;
    assert!(matches!(twice, Err(StorageError::NotFound("the data domain"))), "{twice:?}");
    let mut reader = store.read().await.unwrap();
    assert!(reader.is_data_domain_name_used(&name("sales")).await.unwrap());
    assert!(!reader.is_data_domain_name_used(&name("other")).await.unwrap());
}

pub async fn roles_need_an_existing_domain(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let mut jane = new_user("jane@x.pl", Role::Viewer, 0);
    jane.roles = jane.roles.with_domain_role(name("sales"), Role::Editor);
    let unknown = jane.clone();
    let refused = run(&*store, move |unit| {
        let jane = unknown.clone();
        Box::pin(async move { unit.insert_user(jane.clone(), permit_create()).await })
    })
    .await;
    assert!(refused.is_err());

    add(&*store, "sales").await.unwrap();
    insert(&*store, std::slice::from_ref(&jane)).await;
    remove(&*store, "sales").await.unwrap();
    let found = store.read().await.unwrap().find_user(&jane.email).await.unwrap().unwrap();
    assert!(found.roles.domains.is_empty(), "a role outlived its data domain");
}

pub async fn a_change_of_domains_has_its_version(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let before = store.read().await.unwrap().directory().await.unwrap();
    let within = run(&*store, |unit| {
        Box::pin(async move {
            unit.insert_data_domain(&name("sales"), at(0), permit()).await?;
            unit.directory().await
        })
    })
    .await
    .unwrap();
    let after = store.read().await.unwrap().directory().await.unwrap();
    assert!(after.data_domains_version > before.data_domains_version);
    assert_eq!(after.data_domains_version, after.epoch);
    assert_eq!(within.data_domains_version, after.data_domains_version);

    insert(&*store, &[new_user("jane@x.pl", Role::Viewer, 0)]).await;
    let later = store.read().await.unwrap().directory().await.unwrap();
    assert!(later.epoch > after.epoch);
    assert_eq!(later.data_domains_version, after.data_domains_version);
}
