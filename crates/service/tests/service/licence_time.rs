//! Expiry is judged at use, and a clock that is set back does not bring a licence back to life.

use dqops_users_domain::{
    Role,
    licence::{LicenceRefusal, LicenceType, Standing},
};
use dqops_users_service::{Directory, LicenceOrigin, ServiceError};
use dqops_users_storage::EpochLease;
use dqops_users_trust::promise;
use jiff::SignedDuration;

use crate::{
    clock::{days, hours},
    stage::{Stage, on_both_stores},
    values::{assert_refused, email, input},
    vendor,
};

on_both_stores!(
    a_licence_lapses_when_the_clock_passes_its_end_without_a_restart,
    the_evaluation_counts_from_the_first_start_and_never_again,
    a_clock_set_back_by_more_than_a_day_is_noticed,
    a_clock_set_back_by_a_day_is_tolerated,
    an_evaluation_that_begins_in_the_future_is_over,
    every_change_notes_the_time,
    another_replica_knows_the_noted_time,
);

const SECOND: SignedDuration = SignedDuration::from_secs(1);

async fn create(stage: &Stage, name: &str) -> Result<(), ServiceError> {
    let new = input(&email(name), Role::Viewer);
    stage.directory.create_user(&stage.operator(), new).await.map(drop)
}

async fn standing(directory: &Directory) -> (Standing, bool) {
    let report = directory.licence_report(&directory.local_operator()).await.unwrap();
    (report.standing, report.is_clock_set_back)
}

/// Installs a TEAM licence that ends ten days after the beginning; there are two users.
async fn team_for_ten_days(stage: &Stage) {
    stage.add("one@example.com", Role::Admin).await;
    stage.add("two@example.com", Role::Viewer).await;
    let end = vendor::at("2026-01-11T00:00:00Z");
    let token = vendor::licence(LicenceType::Team, 50, Some(end));
    stage.directory.install_licence(&stage.operator(), &token).await.unwrap();
}

async fn a_licence_lapses_when_the_clock_passes_its_end_without_a_restart(stage: Stage) {
    let trial = promise("L2", "the end of a licence", stage.ground());
    team_for_ten_days(&stage).await;
    stage.clock.advance(days(10) - SECOND);
    assert_eq!(standing(&stage.directory).await, (Standing::Valid, false));
    create(&stage, "in-time@example.com").await.unwrap();
    stage.clock.advance(SECOND);
    assert_eq!(standing(&stage.directory).await, (Standing::Lapsed, false));
    assert_refused!(
        create(&stage, "late@example.com").await,
        ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: false, .. })
    );
    trial.tried(2);
    // Within the tolerance the clock is believed, in both directions.
    stage.clock.advance(-SECOND);
    create(&stage, "late@example.com").await.unwrap();
}

async fn the_evaluation_counts_from_the_first_start_and_never_again(stage: Stage) {
    let trial = promise("L2", "the end of the evaluation", stage.ground());
    stage.add("one@example.com", Role::Admin).await;
    stage.clock.advance(days(30) - SECOND);
    let restarted = stage.second().await;
    assert_eq!(standing(&restarted).await, (Standing::Valid, false));
    create(&stage, "in-time@example.com").await.unwrap();
    stage.clock.advance(SECOND);
    assert_refused!(
        create(&stage, "late@example.com").await,
        ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: true, .. })
    );
    trial.tried(2);
    restarted.start().await.unwrap();
    assert_eq!(standing(&restarted).await, (Standing::Lapsed, false));
    // A licence that was installed and removed again does not start it anew either.
    stage.install(LicenceType::Team, 50).await;
    stage.directory.remove_licence(&stage.operator()).await.unwrap();
    let report = stage.directory.licence_report(&stage.operator()).await.unwrap();
    assert_eq!((report.origin, report.standing), (LicenceOrigin::Evaluation, Standing::Lapsed));
}

async fn a_clock_set_back_by_more_than_a_day_is_noticed(stage: Stage) {
    let trial = promise("L2", "an injected clock set back", stage.ground());
    team_for_ten_days(&stage).await;
    stage.clock.advance(days(10));
    stage.directory.note_time().await.unwrap();
    for back in [hours(24) + SECOND, days(5), days(10)] {
        stage.clock.set(vendor::at("2026-01-11T00:00:00Z"));
        stage.clock.advance(-back);
        assert_eq!(standing(&stage.directory).await, (Standing::Lapsed, true), "{back:?}");
        assert_refused!(
            create(&stage, "late@example.com").await,
            ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: false, .. })
        );
        trial.tried(1);
    }
    // A licence that runs longer counts all the same.
    stage.install(LicenceType::Team, 50).await;
    assert_eq!(standing(&stage.directory).await, (Standing::Valid, true));
    create(&stage, "renewed@example.com").await.unwrap();
}

/// Else a first start by a clock far ahead would give an evaluation until then.
async fn an_evaluation_that_begins_in_the_future_is_over(stage: Stage) {
    stage.add("one@example.com", Role::Admin).await;
    stage.clock.advance(hours(-24));
    assert_eq!(standing(&stage.directory).await, (Standing::Valid, false));
    stage.clock.advance(-SECOND);
    assert_refused!(
        create(&stage, "early@example.com").await,
        ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: true, .. })
    );
}

async fn a_clock_set_back_by_a_day_is_tolerated(stage: Stage) {
    team_for_ten_days(&stage).await;
    stage.clock.advance(days(10));
    stage.directory.note_time().await.unwrap();
    stage.clock.advance(hours(-24));
    assert_eq!(standing(&stage.directory).await, (Standing::Valid, false));
    create(&stage, "in-time@example.com").await.unwrap();
    // The tolerance does not add up: the latest time counts, not the last one.
    stage.directory.note_time().await.unwrap();
    stage.clock.advance(-SECOND);
    assert_eq!(standing(&stage.directory).await, (Standing::Lapsed, true));
}

async fn every_change_notes_the_time(stage: Stage) {
    team_for_ten_days(&stage).await;
    stage.clock.advance(days(20));
    stage.set_role(&email("two@example.com"), Role::None).await;
    stage.clock.advance(days(-20));
    assert_eq!(standing(&stage.directory).await, (Standing::Lapsed, true));
}

async fn another_replica_knows_the_noted_time(stage: Stage) {
    let trial = promise("L2", "an injected clock set back, at another replica", stage.ground());
    team_for_ten_days(&stage).await;
    let other = stage.second().await;
    assert_eq!(standing(&other).await, (Standing::Valid, false));
    stage.clock.advance(days(20));
    stage.directory.note_time().await.unwrap();
    stage.clock.advance(days(-20));
    let late = input(&email("late@example.com"), Role::Viewer);
    assert_refused!(
        other.create_user(&other.local_operator(), late).await,
        ServiceError::Licence(LicenceRefusal::Expired { is_evaluation: false, .. })
    );
    tokio::time::sleep(EpochLease::LENGTH).await;
    assert_eq!(standing(&other).await, (Standing::Lapsed, true));
    trial.tried(1);
}
