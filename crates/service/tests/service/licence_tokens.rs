//! Installing, offering and removing licences, and what is in force afterwards.

use dqops_users_domain::{
    Role,
    licence::{LicenceClaims, LicenceType, Standing, VendorKey, sign},
};
use dqops_users_service::{FieldError, LicenceOrigin, ServiceError, Settings};
use ed25519_dalek::SigningKey;

use crate::{
    raw,
    stage::Stage,
    values::assert_refused,
    vendor::{self, at, claims},
};

fn issued(time: &str, seats: u32) -> LicenceClaims {
    LicenceClaims { issued_at: at(time), ..claims(LicenceType::Team, seats) }
}

async fn seats(stage: &Stage) -> u64 {
    stage.directory.licence_report(&stage.operator()).await.unwrap().seats
}

#[tokio::test]
async fn only_the_vendors_own_signature_counts() {
    let stage = Stage::sqlite().await;
    let stranger = SigningKey::from_bytes(&[8; 32]);
    let foreign = sign(&claims(LicenceType::Enterprise, 1000), &stranger);
    let good = vendor::licence(LicenceType::Enterprise, 1000, None);
    let (payload, signature) = good.rsplit_once('.').unwrap();
    let (other_payload, _) = foreign.rsplit_once('.').unwrap();
    let swapped = format!("{other_payload}x.{signature}");
    let cut = payload.to_owned();
    for token in [foreign.as_str(), &swapped, &cut, "", "licence", "dqul1..", &good[1..]] {
        for offered in [false, true] {
            let (directory, operator) = (&stage.directory, stage.operator());
            let refused = if offered {
                directory.offer_licence(&operator, token).await
            } else {
                directory.install_licence(&operator, token).await
            };
            assert_refused!(
                refused,
                ServiceError::InvalidField(FieldError { field, .. }) if field == "licence"
            );
        }
    }
    assert_eq!(seats(&stage).await, 5);
    assert_eq!(stage.audit().await, []);
}

#[tokio::test]
async fn an_installed_licence_is_in_force_at_once() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    assert_eq!(seats(&stage).await, 5);
    let token = format!("  {}\n", vendor::licence(LicenceType::Enterprise, 12, None));
    let licence = stage.directory.install_licence(&admin, &token).await.unwrap();
    assert_eq!(licence.claims(), &claims(LicenceType::Enterprise, 12));
    let report = stage.directory.licence_report(&admin).await.unwrap();
    assert_eq!((report.origin, report.seats, report.users), (LicenceOrigin::Installed, 12, 1));
    assert_eq!(report.standing, Standing::Valid);
    let profile = stage.directory.profile(&admin).await.unwrap();
    assert_eq!(profile.licence, licence);
}

#[tokio::test]
async fn a_licence_with_fewer_seats_than_users_can_be_installed() {
    let stage = Stage::sqlite().await;
    let admin = stage.with_admin().await;
    for number in 0..3 {
        stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
    }
    stage.install(LicenceType::Team, 3).await;
    let report = stage.directory.licence_report(&admin).await.unwrap();
    assert_eq!((report.seats, report.users), (3, 4));
    assert_eq!(report.standing, Standing::OverSeats);
}

#[tokio::test]
async fn of_an_offered_and_an_installed_licence_the_one_issued_later_counts() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    let offer = async |claims: &LicenceClaims| {
        stage.directory.offer_licence(&operator, &vendor::token(claims)).await.unwrap();
        seats(&stage).await
    };
    assert_eq!(offer(&issued("2020-01-01T00:00:00Z", 20)).await, 20, "over the evaluation");
    assert_eq!(offer(&issued("2019-01-01T00:00:00Z", 19)).await, 20, "an older one");
    assert_eq!(offer(&issued("2020-01-01T00:00:00Z", 21)).await, 20, "one of the same time");
    assert_eq!(offer(&issued("2020-01-01T00:00:01Z", 22)).await, 22, "a newer one");
}

#[tokio::test]
async fn installing_on_purpose_also_goes_back_to_an_older_licence() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    for claims in [issued("2025-01-01T00:00:00Z", 25), issued("2020-01-01T00:00:00Z", 20)] {
        let token = vendor::token(&claims);
        stage.directory.install_licence(&operator, &token).await.unwrap();
        assert_eq!(seats(&stage).await, u64::from(claims.seats));
    }
}

#[tokio::test]
async fn without_the_installed_licence_the_evaluation_is_in_force_again() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    assert_refused!(
        stage.directory.remove_licence(&operator).await,
        ServiceError::NoLicenceInstalled
    );
    stage.install(LicenceType::Enterprise, 50).await;
    stage.directory.remove_licence(&operator).await.unwrap();
    let report = stage.directory.licence_report(&operator).await.unwrap();
    assert_eq!((report.origin, report.seats), (LicenceOrigin::Evaluation, 5));
    assert_refused!(
        stage.directory.remove_licence(&operator).await,
        ServiceError::NoLicenceInstalled
    );
}

#[tokio::test]
async fn a_stored_licence_that_no_longer_verifies_falls_back_to_the_evaluation() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    stage.install(LicenceType::Enterprise, 50).await;
    let other_key = VendorKey::from(&SigningKey::from_bytes(&[8; 32]));
    let rebuilt = stage.directory_over(stage.storage.clone(), Settings::new(other_key));
    let report = rebuilt.licence_report(&operator).await.unwrap();
    assert_eq!((report.origin, report.seats), (LicenceOrigin::Evaluation, 5));

    let good = vendor::licence(LicenceType::Team, 50, None);
    for damaged in [format!("{good}A"), "junk".to_owned(), String::new()] {
        raw::store_licence(&*stage.storage, &damaged).await;
        let report = stage.directory.licence_report(&operator).await.unwrap();
        assert_eq!((report.origin, report.seats), (LicenceOrigin::Evaluation, 5), "{damaged}");
    }
    // What is offered at the start takes its place, however old it is.
    let old = vendor::token(&issued("2020-01-01T00:00:00Z", 20));
    stage.directory.offer_licence(&operator, &old).await.unwrap();
    assert_eq!(seats(&stage).await, 20);
    raw::store_licence(&*stage.storage, "junk").await;
    stage.directory.remove_licence(&operator).await.unwrap();
    assert_refused!(
        stage.directory.remove_licence(&operator).await,
        ServiceError::NoLicenceInstalled
    );
}
