//! The directory as it is stored, held against its audit trail: nothing is there in half.

use std::collections::BTreeMap;

use dqops_users_domain::{User, audit::Action};
use dqops_users_storage::UserQuery;
use serde_json::Value;

use crate::{place::Place, time::block_on};

/// The roles of each user by email, as the audit trail shows them.
pub(crate) type Users = BTreeMap<String, Value>;

/// The users in the database, which are those that the trail tells of.
#[track_caller]
pub(crate) fn whole_directory(place: &Place) -> Users {
    let (users, count) = stored(place);
    let told = told(place);
    let differs = |(email, _): &(&String, &Value)| users.get(*email) != told.get(*email);
    let different: Vec<_> = users.iter().chain(&told).filter(differs).collect();
    assert!(different.is_empty(), "in the trail it is otherwise: {different:?}");
    assert_eq!(count, users.len(), "the count of users is not their number");
    users
}

fn stored(place: &Place) -> (Users, usize) {
    block_on(async {
        let storage = place.open().await;
        let mut reader = storage.read().await.unwrap();
        let query = UserQuery { with_data_domain_roles: true, ..UserQuery::default() };
        let mut users = Users::new();
        let mut visit = |user: User| {
            users.insert(user.email.to_string(), Value::from(&user.roles));
        };
        reader.visit_users(&query, &mut visit).await.unwrap();
        let count = reader.count_users().await.unwrap();
        drop(reader);
        storage.close().await;
        (users, usize::try_from(count).unwrap())
    })
}

/// Follows the trail; each change begins where the one before it ended.
fn told(place: &Place) -> Users {
    let mut users = Users::new();
    for entry in place.audit().into_iter().rev() {
        let changes = [Action::UserCreated, Action::UserUpdated, Action::UserDeleted];
        if !changes.contains(&entry.action) {
            continue;
        }
        assert_eq!(users.remove(&entry.subject), entry.before, "{entry:?}");
        if let Some(after) = entry.after {
            users.insert(entry.subject, after);
        }
    }
    users
}
