//! Cases on the audit trail.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::audit::{Action, Actor, AuditEntry};
use serde_json::json;
use uuid::Uuid;

use super::{Fixture, at, email, run};

fn entry(number: u8) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(number.into()),
        at: at(i64::from(number)),
        actor: if number == 1 { Actor::LocalOperator } else { Actor::User(email("a@x.pl")) },
        action: Action::UserUpdated,
        subject: "jane@x.pl".to_owned(),
        before: Some(json!({"accountRole": "viewer"})),
        after: (number == 1).then(|| json!({"accountRole": "admin", "text": "\u{1F98A} \" \\"})),
    }
}

async fn append_two(fixture: &dyn Fixture) -> crate::SharedStorage {
    let store = fixture.open().await;
    for number in [1, 2] {
        run(&*store, move |unit| Box::pin(async move { unit.append_audit(&entry(number)).await }))
            .await
            .unwrap();
    }
    store
}

pub async fn entries_are_kept_in_order(fixture: &dyn Fixture) {
    let store = append_two(fixture).await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.latest_audit_entries(10).await.unwrap(), [entry(2), entry(1)]);
    assert_eq!(reader.latest_audit_entries(1).await.unwrap(), [entry(2)]);
}

pub async fn nothing_in_the_trail_changes(fixture: &dyn Fixture) {
    let store = append_two(fixture).await;
    assert!(fixture.raw("UPDATE audit SET actor = 'nobody@x.pl'").await.is_err());
    assert!(fixture.raw("DELETE FROM audit").await.is_err());
    assert_eq!(store.read().await.unwrap().latest_audit_entries(10).await.unwrap().len(), 2);
}
