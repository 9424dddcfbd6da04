//! The data domains themselves: adding, removing, and how many the licence allows.

use dqops_users_domain::{
    DataDomainName,
    licence::{LicenceClaims, LicenceRefusal, LicenceType, Limits},
};
use dqops_users_service::{FieldError, ServiceError};

use crate::{
    stage::{Stage, on_both_stores},
    values::{assert_refused, domain},
    vendor,
};

on_both_stores!(
    domains_are_listed_by_name_behind_the_root,
    the_name_of_a_removed_domain_is_not_used_again,
    the_licence_limits_how_many_there_are,
);

async fn add(stage: &Stage, name: &str) -> Result<(), ServiceError> {
    stage.directory.add_data_domain(&stage.operator(), domain(name)).await
}

async fn remove(stage: &Stage, name: &str) -> Result<(), ServiceError> {
    stage.directory.remove_data_domain(&stage.operator(), domain(name)).await
}

async fn names(stage: &Stage) -> Vec<String> {
    let domains = stage.directory.data_domains(&stage.operator()).await.unwrap();
    domains.iter().map(ToString::to_string).collect()
}

async fn domains_are_listed_by_name_behind_the_root(stage: Stage) {
    assert_eq!(names(&stage).await, [DataDomainName::ROOT]);
    stage.install(LicenceType::Enterprise, 5).await;
    for name in ["sales", "Zoo", "a b", "hr"] {
        add(&stage, name).await.unwrap();
    }
    assert_eq!(names(&stage).await, ["(default)", "Zoo", "a b", "hr", "sales"]);
    remove(&stage, "a b").await.unwrap();
    assert_eq!(names(&stage).await, ["(default)", "Zoo", "hr", "sales"]);
}

async fn the_name_of_a_removed_domain_is_not_used_again(stage: Stage) {
    stage.install(LicenceType::Enterprise, 5).await;
    add(&stage, "sales").await.unwrap();
    let is_sales = |name: &DataDomainName| *name == domain("sales");
    assert_refused!(
        add(&stage, "sales").await,
        ServiceError::DataDomainNameUsed(name) if is_sales(&name)
    );
    remove(&stage, "sales").await.unwrap();
    assert_refused!(
        add(&stage, "sales").await,
        ServiceError::DataDomainNameUsed(name) if is_sales(&name)
    );
    assert_refused!(
        remove(&stage, "sales").await,
        ServiceError::DataDomainNotFound(name) if is_sales(&name)
    );
    assert_eq!(names(&stage).await, ["(default)"]);
}

async fn the_licence_limits_how_many_there_are(stage: Stage) {
    let limits = Limits { data_domains: Some(2), ..Limits::default() };
    let limited = LicenceClaims { limits, ..vendor::claims(LicenceType::Enterprise, 5) };
    let token = vendor::token(&limited);
    stage.directory.install_licence(&stage.operator(), &token).await.unwrap();
    add(&stage, "a").await.unwrap();
    add(&stage, "b").await.unwrap();
    assert_refused!(
        add(&stage, "c").await,
        ServiceError::Licence(LicenceRefusal::DataDomainLimitReached { limit: 2 })
    );
    remove(&stage, "a").await.unwrap();
    add(&stage, "c").await.unwrap();
    assert_eq!(names(&stage).await, ["(default)", "b", "c"]);
}

#[tokio::test]
async fn the_root_domain_can_be_neither_added_nor_removed() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Enterprise, 5).await;
    assert_refused!(
        add(&stage, DataDomainName::ROOT).await,
        ServiceError::DataDomainNameUsed(name) if name.is_root()
    );
    assert_refused!(
        remove(&stage, DataDomainName::ROOT).await,
        ServiceError::InvalidField(FieldError { field, .. }) if field == "name"
    );
    assert_refused!(
        remove(&stage, "nowhere").await,
        ServiceError::DataDomainNotFound(name) if name == domain("nowhere")
    );
}

#[tokio::test]
async fn removing_a_domain_needs_no_licence() {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Enterprise, 5).await;
    for name in ["a", "b"] {
        add(&stage, name).await.unwrap();
    }
    stage.install(LicenceType::Free, 1).await;
    remove(&stage, "a").await.unwrap();
    let end = Some(vendor::at("2025-12-31T00:00:00Z"));
    let lapsed = vendor::licence(LicenceType::Enterprise, 5, end);
    stage.directory.install_licence(&stage.operator(), &lapsed).await.unwrap();
    remove(&stage, "b").await.unwrap();
    assert_eq!(names(&stage).await, ["(default)"]);
    assert_refused!(
        add(&stage, "c").await,
        ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: false, .. })
    );
}
