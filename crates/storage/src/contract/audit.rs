//! Cases on the audit trail.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{
    Role,
    audit::{Action, Actor, AuditEntry, AuditHash, AuditHead, AuditRecord, Chain},
};
use serde_json::json;
use uuid::Uuid;

use super::{Fixture, at, email, insert, new_user, run};
use crate::{AuditQuery, SharedStorage, StorageError};

fn entry(number: u64) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(number.into()),
        at: at(i64::try_from(number).unwrap()),
        actor: if number % 2 == 1 { Actor::LocalOperator } else { Actor::User(email("a@x.pl")) },
        action: if number.is_multiple_of(3) { Action::UserDeleted } else { Action::UserUpdated },
        subject: if number % 4 == 1 { "a@x.pl" } else { "jane@x.pl" }.to_owned(),
        before: Some(json!({"accountRole": "viewer"})),
        after: (number == 1).then(|| json!({"accountRole": "admin", "text": "\u{1F98A} \" \\"})),
    }
}

/// Appends an entry to whatever the trail is; refuses afterwards if it is to.
async fn append(
    store: &SharedStorage,
    number: u64,
    refuse: bool,
) -> Result<AuditRecord, StorageError> {
    run(&**store, move |unit| {
        Box::pin(async move {
            let record = AuditRecord::following(unit.audit_head().await?, &entry(number));
            unit.append_audit(std::slice::from_ref(&record)).await?;
            let head = AuditHead { number: record.number, hash: record.hash };
            assert_eq!(unit.audit_head().await?, head);
            if refuse { Err(StorageError::NotFound("a reason")) } else { Ok(record) }
        })
    })
    .await
}

async fn append_all(fixture: &dyn Fixture, count: u64) -> (SharedStorage, Vec<AuditRecord>) {
    let store = fixture.open().await;
    let mut records = Vec::new();
    for number in 1..=count {
        records.push(append(&store, number, false).await.unwrap());
    }
    (store, records)
}

async fn page(store: &SharedStorage, query: AuditQuery) -> Vec<u64> {
    let mut reader = store.read().await.unwrap();
    reader.audit_page(&query).await.unwrap().iter().map(|record| record.number).collect()
}

async fn trail(store: &SharedStorage) -> Vec<AuditRecord> {
    store.read().await.unwrap().audit_after(None, 1000).await.unwrap()
}

pub async fn entries_are_kept_in_order_word_for_word(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    assert_eq!(store.read().await.unwrap().audit_head().await.unwrap(), AuditHead::default());
    let (store, records) = append_all(fixture, 3).await;
    assert_eq!(trail(&store).await, records);
    let numbers: Vec<_> = records.iter().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.audit_after(Some(1), 1).await.unwrap(), records[1..2]);
    let mut latest = reader.audit_page(&AuditQuery::latest(10)).await.unwrap();
    latest.reverse();
    assert_eq!(latest, records);
    assert_eq!(latest[0].entry(), Ok(entry(1)));
    let head = AuditHead { number: 3, hash: records[2].hash };
    assert_eq!(reader.audit_head().await.unwrap(), head);
    assert_eq!(reader.unsealed_audit(10).await.unwrap(), []);
}

pub async fn a_refused_entry_leaves_the_chain_whole(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let other = fixture.open().await;
    // Started together, so that many of them share a commit; and by two processes.
    let appends = (1..=64).map(|number| {
        append(if number % 2 == 0 { &store } else { &other }, number, number % 3 == 0)
    });
    let outcomes = futures_util::future::join_all(appends).await;
    let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(kept, 64 - 21);
    let (mut chain, trail) = (Chain::new(), trail(&store).await);
    trail.iter().try_for_each(|record| chain.take(record)).unwrap();
    assert_eq!((trail.len(), chain.head().number), (kept, kept as u64));
}

pub async fn pages_are_filtered_and_follow_each_other(fixture: &dyn Fixture) {
    let (store, _) = append_all(fixture, 24).await;
    let all = AuditQuery::latest(1000);
    let numbers =
        |keep: fn(u64) -> bool| -> Vec<u64> { (1..=24).rev().filter(|n| keep(*n)).collect() };
    let person = |name: &str| AuditQuery { person: Some(name.to_owned()), ..all.clone() };
    let deleted = Some(Action::UserDeleted);
    for (query, expected) in [
        (all.clone(), numbers(|_| true)),
        // As actor, as subject, and as both, but not twice.
        (person("a@x.pl"), numbers(|n| n % 2 == 0 || n % 4 == 1)),
        (person("jane@x.pl"), numbers(|n| n % 4 != 1)),
        (person("(local operator)"), numbers(|n| n % 2 == 1)),
        (person("A@x.pl"), Vec::new()),
        (AuditQuery { action: deleted, ..all.clone() }, numbers(|n| n % 3 == 0)),
        (AuditQuery { action: Some(Action::SignedIn), ..all.clone() }, Vec::new()),
        (
            AuditQuery { action: deleted, ..person("a@x.pl") },
            numbers(|n| n % 3 == 0 && (n % 2 == 0 || n % 4 == 1)),
        ),
        (AuditQuery { since: Some(at(20)), ..all.clone() }, numbers(|n| n >= 20)),
        (AuditQuery { until: Some(at(5)), ..all.clone() }, numbers(|n| n < 5)),
        (AuditQuery { since: Some(at(7)), until: Some(at(9)), ..all.clone() }, vec![8, 7]),
        (AuditQuery { since: Some(at(9)), until: Some(at(9)), ..all.clone() }, Vec::new()),
        (AuditQuery { since: Some(at(99)), ..all.clone() }, Vec::new()),
        (AuditQuery { since: Some(at(20)), action: deleted, ..all.clone() }, vec![24, 21]),
        (AuditQuery { since: Some(at(20)), ..person("a@x.pl") }, vec![24, 22, 21, 20]),
        (AuditQuery { before: Some(1), ..all.clone() }, Vec::new()),
        (AuditQuery { before: Some(u64::MAX), ..all.clone() }, numbers(|_| true)),
    ] {
        assert_eq!(page(&store, query.clone()).await, expected, "{query:?}");
        for limit in [1, 5, 24] {
            let (mut found, mut query) = (Vec::new(), AuditQuery { limit, ..query.clone() });
            loop {
                let page = page(&store, query.clone()).await;
                let is_last = page.len() < limit as usize;
                query.before = page.last().copied().or(query.before);
                found.extend(page);
                if is_last {
                    break;
                }
            }
            assert_eq!(found, expected, "{query:?}");
        }
    }
}

/// A clock that is set back must not hide what was done then.
pub async fn times_need_not_rise_with_the_numbers(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    for number in [5, 2, 9, 3, 7] {
        append(&store, number, false).await.unwrap();
    }
    let query = AuditQuery { since: Some(at(3)), until: Some(at(7)), ..AuditQuery::latest(9) };
    assert_eq!(page(&store, query.clone()).await, [4, 1]);
    assert_eq!(page(&store, AuditQuery { before: Some(4), ..query }).await, [1]);
}

pub async fn nothing_in_the_trail_changes(fixture: &dyn Fixture) {
    let (store, records) = append_all(fixture, 2).await;
    insert(&*store, &[new_user("u@x.pl", Role::Viewer, 1)]).await;
    for change in [
        "UPDATE audit SET actor = 'nobody@x.pl'",
        "UPDATE audit SET hash = NULL",
        "UPDATE audit SET sequence = sequence + 10",
        "DELETE FROM audit",
        // Without a hash, with a number that is taken, and with a gap before it.
        "INSERT INTO audit (sequence, id, at, actor, action, subject) \
            SELECT 3, u.id, 0, 'a', 'b', 'c' FROM users u",
        "INSERT INTO audit (sequence, id, at, actor, action, subject, hash) \
            SELECT 4, u.id, 0, 'a', 'b', 'c', a.hash FROM users u, audit a WHERE a.sequence = 1",
        "INSERT INTO audit (sequence, id, at, actor, action, subject, hash) \
            SELECT sequence, id, at, 'other', action, subject, hash FROM audit",
    ] {
        assert!(fixture.raw(change).await.is_err(), "{change}");
    }
    assert_eq!(trail(&store).await, records);
}

/// What a version before the chain left.
async fn unsealed(fixture: &dyn Fixture) -> SharedStorage {
    let store = fixture.open().await;
    let users = [1, 2, 3, 4].map(|n| new_user(&format!("user{n}@x.pl"), Role::Viewer, n));
    insert(&*store, &users).await;
    let [_, of_order] = fixture.drop_audit_guards();
    for statement in [
        of_order,
        "INSERT INTO audit (sequence, id, at, actor, action, subject) \
            SELECT (SELECT count(*) FROM users v WHERE v.email <= u.email), u.id, 0, 'a', 'b', 'c' \
            FROM users u",
        "UPDATE directory SET last_before_chain = 3",
    ] {
        fixture.raw(statement).await.unwrap();
    }
    store
}

async fn seal(store: &SharedStorage, number: u64) -> Result<(), StorageError> {
    run(&**store, move |unit| {
        Box::pin(async move {
            unit.audit_head().await?;
            let hash = AuditHash([u8::try_from(number).unwrap(); 32]);
            unit.seal_audit(number, &hash).await?;
            assert_eq!(unit.audit_head().await?, AuditHead { number: 4, hash: Some(hash) });
            Ok(())
        })
    })
    .await
}

pub async fn an_entry_from_before_the_chain_is_sealed_once(fixture: &dyn Fixture) {
    let store = unsealed(fixture).await;
    let waiting = async || {
        let entries = store.read().await.unwrap().unsealed_audit(10).await.unwrap();
        entries.iter().map(|record| record.number).collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, [1, 2, 3]);
    let head = AuditHead { number: 4, hash: None };
    assert_eq!(store.read().await.unwrap().audit_head().await.unwrap(), head);
    seal(&store, 1).await.unwrap();
    assert_eq!(waiting().await, [2, 3]);
    assert!(matches!(seal(&store, 1).await, Err(StorageError::NotFound(_))));
    assert!(seal(&store, 4).await.is_err(), "it was not there before the chain");
    let edit = "UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 1), actor = 'x' \
        WHERE sequence = 2";
    assert!(fixture.raw(edit).await.is_err());
    fixture.raw("UPDATE directory SET last_before_chain = 4").await.unwrap();
    seal(&store, 4).await.unwrap();
    assert_eq!(waiting().await, [0; 0], "all were sealed, so it was put in");
}

pub async fn an_edited_entry_is_listed_as_it_stands(fixture: &dyn Fixture) {
    let (store, records) = append_all(fixture, 2).await;
    let [of_edits, _] = fixture.drop_audit_guards();
    let edit = "UPDATE audit SET at = 9223372036854775807, actor = '', action = 'none such', \
        before_state = '{ }', after_state = '{' WHERE sequence = 2";
    for statement in [of_edits, edit] {
        fixture.raw(statement).await.unwrap();
    }
    let found = store.read().await.unwrap().audit_page(&AuditQuery::latest(9)).await.unwrap();
    let edited = AuditRecord {
        at_micros: i64::MAX,
        actor: String::new(),
        action: "none such".to_owned(),
        before: Some("{ }".to_owned()),
        after: Some("{".to_owned()),
        ..records[1].clone()
    };
    assert_eq!(found, [edited.clone(), records[0].clone()]);
    assert!(edited.entry().is_err());
    assert_ne!(Some(edited.hash_after(records[0].hash)), edited.hash);
}
