//! Cases on browsing users.
#![expect(
    missing_docs,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "these are tests, and their names say what they show"
)]

use dqops_users_domain::{PasswordHash, PasswordLink, Role, TokenDigest};

use super::{Fixture, at, email, insert, new_user, run};
use crate::{BrowseQuery, SharedStorage, UserOrder};

/// Three users, of whom the later added come earlier in the alphabet, and two at the same time.
async fn three(fixture: &dyn Fixture) -> SharedStorage {
    let store = fixture.open().await;
    let users = [
        new_user("c@x.pl", Role::Admin, 1),
        new_user("b@x.pl", Role::Viewer, 2),
        new_user("a_z@y.pl", Role::Viewer, 2),
    ];
    insert(&*store, &users).await;
    store
}

async fn emails(store: &SharedStorage, query: BrowseQuery) -> Vec<String> {
    let found = store.read().await.unwrap().browse_users(&query).await.unwrap();
    found.into_iter().map(|found| found.user.email.as_str().to_owned()).collect()
}

fn order(order: UserOrder, is_descending: bool) -> BrowseQuery {
    BrowseQuery { order, is_descending, limit: 10, ..BrowseQuery::default() }
}

const ORDERS: [(UserOrder, [&str; 3]); 2] = [
    (UserOrder::Email, ["a_z@y.pl", "b@x.pl", "c@x.pl"]),
    (UserOrder::Added, ["c@x.pl", "a_z@y.pl", "b@x.pl"]),
];

pub async fn users_come_in_every_order(fixture: &dyn Fixture) {
    let store = three(fixture).await;
    for (by, mut expected) in ORDERS {
        assert_eq!(emails(&store, order(by, false)).await, expected, "{by:?}");
        expected.reverse();
        assert_eq!(emails(&store, order(by, true)).await, expected, "{by:?}, turned round");
    }
}

pub async fn pages_follow_each_other(fixture: &dyn Fixture) {
    let store = three(fixture).await;
    for (by, mut expected) in ORDERS {
        for is_descending in [false, true] {
            for role in [None, Some(Role::Viewer)] {
                let mut seen = Vec::new();
                let mut query = BrowseQuery { role, limit: 1, ..order(by, is_descending) };
                while let Some(found) =
                    store.read().await.unwrap().browse_users(&query).await.unwrap().pop()
                {
                    seen.push(found.user.email.as_str().to_owned());
                    query.after = Some((found.user.created_at, found.user.email));
                }
                let wanted = expected.iter().filter(|name| role.is_none() || **name != "c@x.pl");
                assert!(seen.iter().eq(wanted), "{by:?}, {is_descending}, {role:?}: {seen:?}");
            }
            expected.reverse();
        }
    }
}

pub async fn filters_hold_in_every_order(fixture: &dyn Fixture) {
    let store = three(fixture).await;
    for (by, _) in ORDERS {
        for is_descending in [false, true] {
            let with = |search: &str, role| BrowseQuery {
                search: Some(search.to_owned()),
                role,
                ..order(by, is_descending)
            };
            assert_eq!(emails(&store, with("_", None)).await, ["a_z@y.pl"], "no wildcard");
            assert_eq!(emails(&store, with("x.pl", Some(Role::Viewer))).await, ["b@x.pl"]);
            assert!(emails(&store, with("a_z", Some(Role::Admin))).await.is_empty());
        }
    }
}

pub async fn what_is_known_of_sign_in_is_shown(fixture: &dyn Fixture) {
    let store = three(fixture).await;
    run(&*store, |unit| {
        Box::pin(async move {
            let user = unit.find_user(&email("b@x.pl")).await?.unwrap().id;
            let link =
                PasswordLink { user, is_requested: false, created_at: at(3), expires_at: at(9) };
            unit.set_password_link(&link, &TokenDigest([1; 32])).await?;
            let asked = PasswordLink { is_requested: true, ..link };
            unit.set_password_link(&asked, &TokenDigest([2; 32])).await?;
            let user = unit.find_user(&email("c@x.pl")).await?.unwrap().id;
            let hash = PasswordHash::from_phc("$hash$".to_owned());
            unit.set_password_hash(user, &hash, at(3)).await
        })
    })
    .await
    .unwrap();
    let query = order(UserOrder::Email, false);
    let found = store.read().await.unwrap().browse_users(&query).await.unwrap();
    let known: Vec<_> =
        found.iter().map(|found| (found.has_password, found.link_expires_at)).collect();
    assert_eq!(known, [(false, None), (false, Some(at(9))), (true, None)]);
}
