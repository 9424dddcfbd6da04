//! Looking at the audit trail: who and what can be asked for.

use dqops_users_domain::{
    Role,
    audit::{Action, Actor},
};
use dqops_users_service::{AuditPage, ServiceError};

use crate::{
    clock::hours,
    stage::{Stage, on_both_stores},
    values::{assert_refused, email},
};

on_both_stores!(
    an_admin_asks_for_a_person_an_action_and_a_time,
    a_limit_and_a_user_must_be_possible,
);

async fn numbers(stage: &Stage, page: AuditPage) -> (Vec<u64>, bool) {
    let (records, more) = stage.directory.page_of_audit(&stage.operator(), page).await.unwrap();
    (records.iter().map(|record| record.number).collect(), more)
}

async fn an_admin_asks_for_a_person_an_action_and_a_time(stage: Stage) {
    stage.add("jane@example.com", Role::Viewer).await;
    stage.clock.advance(hours(1));
    stage.set_role(&email("jane@example.com"), Role::Editor).await;
    stage.clock.advance(hours(1));
    stage.add("bob@example.com", Role::Viewer).await;
    let all = AuditPage::default;
    let jane = || AuditPage { user: Some(" Jane@Example.com ".to_owned()), ..all() };
    let one = Some("2026-01-01T01:00:00Z".parse().unwrap());
    let operator = Some(Actor::LocalOperator.name().to_owned());
    for (page, expected) in [
        (all(), (vec![3, 2, 1], false)),
        (AuditPage { limit: Some(2), ..all() }, (vec![3, 2], true)),
        (AuditPage { limit: Some(2), before: Some(2), ..all() }, (vec![1], false)),
        (AuditPage { limit: Some(3), ..all() }, (vec![3, 2, 1], false)),
        (jane(), (vec![2, 1], false)),
        (AuditPage { since: one, ..jane() }, (vec![2], false)),
        (AuditPage { until: one, ..all() }, (vec![1], false)),
        (AuditPage { action: Some(Action::UserCreated), ..all() }, (vec![3, 1], false)),
        (AuditPage { user: operator, ..all() }, (vec![3, 2, 1], false)),
        (AuditPage { user: Some("nobody".to_owned()), ..all() }, (Vec::new(), false)),
    ] {
        assert_eq!(numbers(&stage, page.clone()).await, expected, "{page:?}");
    }
}

async fn a_limit_and_a_user_must_be_possible(stage: Stage) {
    let long = "x".repeat(255);
    for user in ["", " ", "a\0b", "a\nb", &long] {
        let page = AuditPage { user: Some(user.to_owned()), ..AuditPage::default() };
        let refused = stage.directory.page_of_audit(&stage.operator(), page).await;
        assert_refused!(refused, ServiceError::InvalidField(error) if error.field == "user");
    }
    for limit in [0, 1001, u32::MAX] {
        let page = AuditPage { limit: Some(limit), ..AuditPage::default() };
        let refused = stage.directory.page_of_audit(&stage.operator(), page).await;
        assert_refused!(refused, ServiceError::InvalidField(error) if error.field == "limit");
    }
}
