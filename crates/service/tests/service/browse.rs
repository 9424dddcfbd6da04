//! Browsing: every order, page by page to the end, with no gap and nobody twice.

use std::{cmp::Reverse, sync::Arc};

use dqops_users_domain::{Role, User, licence::LicenceType};
use dqops_users_service::{
    BrowsedPage, Caller, Clock as _, ImportMode, UserBrowse, UserPosition, UserSort,
};

use crate::{
    clock::{days, hours},
    links::link_for,
    stage::{Stage, on_both_stores},
    values::{email, import_row},
};

on_both_stores!(
    every_order_is_paged_to_its_end_without_gap_or_repetition,
    pages_go_on_where_their_last_user_was_deleted,
    searches_find_what_emails_hold_and_nothing_else,
    only_admins_see_who_can_sign_in,
    limits_out_of_bounds_are_taken_for_the_next_that_is_not,
);

const SORTS: [UserSort; 5] = [
    UserSort::Email,
    UserSort::EmailDescending,
    UserSort::Added,
    UserSort::AddedDescending,
    UserSort::Role,
];

/// Three hundred users of all roles, added at three times.
async fn three_hundred(stage: &Stage) -> Vec<User> {
    stage.install(LicenceType::Team, 1000).await;
    let role = |number: u64| Role::ALL[usize::try_from(number * 7 % 13 % 5).unwrap()].as_str();
    for batch in 0..3 {
        let rows = (0..100).map(|row| {
            let number = 3 * row + batch;
            let name = format!("user{:03}@{}.example.com", number * 7 % 300, number % 4);
            import_row(row + 1, &name, role(number))
        });
        let mode = ImportMode::default();
        let rows = rows.collect();
        let report =
            stage.directory.import_users(&stage.operator(), rows, mode, Arc::new(|_| {})).await;
        assert_eq!(report.unwrap().created, 100);
        stage.clock.advance(days(1));
    }
    let all = UserBrowse { limit: 1000, ..UserBrowse::default() };
    let page = stage.directory.browse_users(&stage.operator(), all).await.unwrap();
    assert_eq!((page.users.len(), page.next), (300, None));
    page.users.into_iter().map(|found| found.user).collect()
}

async fn page(stage: &Stage, caller: &Caller, browse: &UserBrowse) -> BrowsedPage {
    stage.directory.browse_users(caller, browse.clone()).await.unwrap()
}

/// The emails of all pages; a place is passed on as the text that stands in addresses.
async fn pages(stage: &Stage, mut browse: UserBrowse) -> Vec<String> {
    let mut emails = Vec::new();
    loop {
        let found = page(stage, &stage.operator(), &browse).await;
        let length = u32::try_from(found.users.len()).unwrap();
        assert!(length == browse.limit || found.next.is_none(), "{length} of {browse:?}");
        emails.extend(found.users.into_iter().map(|found| String::from(found.user.email)));
        let Some(next) = found.next else { return emails };
        browse.after = Some(UserPosition::parse(&next.to_string()).unwrap());
    }
}

fn sorted(users: &[User], sort: UserSort) -> Vec<String> {
    let mut users: Vec<_> = users.iter().collect();
    let strength = |user: &User| Reverse(user.roles.account.strength());
    users.sort_by_key(|user| user.email.as_str().to_owned());
    match sort {
        UserSort::Email | UserSort::EmailDescending => {}
        UserSort::Added | UserSort::AddedDescending => users.sort_by_key(|user| user.created_at),
        UserSort::Role => users.sort_by_key(|user| strength(user)),
    }
    if matches!(sort, UserSort::EmailDescending | UserSort::AddedDescending) {
        users.reverse();
    }
    users.into_iter().map(|user| user.email.as_str().to_owned()).collect()
}

async fn every_order_is_paged_to_its_end_without_gap_or_repetition(stage: Stage) {
    let users = three_hundred(&stage).await;
    for sort in SORTS {
        for role in [None, Some(Role::Admin), Some(Role::Operator), Some(Role::None)] {
            let wanted: Vec<_> = users
                .iter()
                .filter(|user| role.is_none_or(|role| user.roles.account == role))
                .cloned()
                .collect();
            assert!(wanted.len() > 20);
            // Pages that end at the end, before it, after it, and at borders of roles.
            let whole = u32::try_from(wanted.len()).unwrap();
            for limit in [13, 60, whole - 1, whole, whole + 1] {
                let browse = UserBrowse { sort, role, limit, ..UserBrowse::default() };
                let found = pages(&stage, browse).await;
                assert_eq!(found, sorted(&wanted, sort), "{sort:?}, {role:?}, {limit}");
            }
        }
    }
    for limit in 1..4 {
        let search = Some("@3.EXAMPLE".to_owned());
        let browse = UserBrowse { sort: UserSort::Role, search, limit, ..UserBrowse::default() };
        let wanted: Vec<_> =
            users.iter().filter(|user| user.email.as_str().contains("@3.")).cloned().collect();
        assert_eq!(wanted.len(), 75);
        assert_eq!(pages(&stage, browse).await, sorted(&wanted, UserSort::Role));
    }
}

async fn pages_go_on_where_their_last_user_was_deleted(stage: Stage) {
    let users = three_hundred(&stage).await;
    for sort in SORTS {
        let mut browse = UserBrowse { sort, limit: 10, ..UserBrowse::default() };
        let first = page(&stage, &stage.operator(), &browse).await;
        let last = &first.users[9].user;
        stage.delete(&last.email).await;
        browse.after = first.next;
        let second = page(&stage, &stage.operator(), &browse).await;
        let found: Vec<_> = second.users.iter().map(|found| found.user.email.as_str()).collect();
        let all = sorted(&users, sort);
        let begin = all.iter().position(|name| name == last.email.as_str()).unwrap();
        let is_left = |name: &&String| found.contains(&name.as_str());
        let next: Vec<_> = all[begin + 1..].iter().filter(is_left).take(10).collect();
        assert_eq!(found, next, "{sort:?}");
        let before = &all[..=begin];
        assert!(!before.iter().any(|name| found.contains(&name.as_str())), "{sort:?}");
    }
}

async fn searches_find_what_emails_hold_and_nothing_else(stage: Stage) {
    for name in ["jane@example.com", "joe_doe@example.com", "joexdoe@example.org"] {
        stage.add(name, Role::Viewer).await;
    }
    let long = "x".repeat(255);
    for sort in SORTS {
        for (search, expected) in [
            ("JANE", 1),
            ("joe_doe", 1),
            ("example", 3),
            ("", 3),
            ("%", 0),
            ("\\", 0),
            ("é", 0),
            ("\0", 0),
            ("jane\n", 0),
            (long.as_str(), 0),
            ("' OR 1=1 --", 0),
        ] {
            let search = Some(search.to_owned());
            let browse = UserBrowse { search, sort, limit: 10, ..UserBrowse::default() };
            let found = page(&stage, &stage.operator(), &browse).await;
            assert_eq!(found.users.len(), expected, "{browse:?}");
            assert!(found.next.is_none());
        }
    }
}

async fn only_admins_see_who_can_sign_in(stage: Stage) {
    let admin = stage.with_admin().await;
    stage.add_broken("broken@example.com").await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    link_for(&stage, &jane).await;
    let expiry = stage.clock.now() + hours(72);
    for sort in SORTS {
        let browse = UserBrowse { sort, limit: 10, ..UserBrowse::default() };
        let facts = |page: BrowsedPage| {
            let mut users = page.users;
            users.sort_by_key(|found| found.user.email.as_str().to_owned());
            let facts = users.iter().map(|found| (found.has_password, found.link_expires_at));
            facts.collect::<Vec<_>>()
        };
        let seen = facts(page(&stage, &admin, &browse).await);
        assert_eq!(seen, [(false, None), (true, None), (false, Some(expiry))], "{sort:?}");
        for role in [Role::Editor, Role::Operator, Role::Viewer] {
            stage.set_role(&jane, role).await;
            let caller = stage.caller_for(&jane).await;
            let seen = facts(page(&stage, &caller, &browse).await);
            assert_eq!(seen, [(false, None); 3], "{sort:?} by {role}");
        }
    }
}

async fn limits_out_of_bounds_are_taken_for_the_next_that_is_not(stage: Stage) {
    for name in ["a@example.com", "b@example.com"] {
        stage.add(name, Role::Viewer).await;
    }
    for sort in SORTS {
        for (limit, expected) in [(0, 1), (u32::MAX, 2)] {
            let browse = UserBrowse { sort, limit, ..UserBrowse::default() };
            let found = page(&stage, &stage.operator(), &browse).await;
            assert_eq!((found.users.len(), found.next.is_some()), (expected, expected == 1));
        }
    }
    let place = UserPosition::parse("viewer 0 a@example.com");
    let browse = UserBrowse { after: place, limit: 5, ..UserBrowse::default() };
    let found = page(&stage, &stage.operator(), &browse).await;
    assert_eq!(found.users[0].user.email, email("b@example.com"));
}
