//! Looking at all users, page by page or at once.

use std::sync::Arc;

use dqops_users_domain::{Role, licence::LicenceType};
use dqops_users_service::{FieldError, ImportMode, ServiceError, UserPage, UserView};

use crate::{
    stage::{Stage, on_both_stores},
    values::{assert_refused, email, import_row},
};

on_both_stores!(
    users_come_in_the_byte_order_of_their_emails,
    a_page_is_filtered_by_text_in_any_case_and_by_role,
    a_search_takes_wildcards_for_what_they_are,
    pages_follow_each_other_without_a_gap_or_an_overlap,
    a_search_outside_ascii_finds_nobody,
    a_search_for_a_zero_byte_finds_nobody,
    a_search_longer_than_any_email_finds_nobody,
);

async fn page(stage: &Stage, page: UserPage) -> (Vec<String>, bool) {
    let (users, more) = stage.directory.page_of_users(&stage.operator(), page).await.unwrap();
    (users.into_iter().map(|user| user.email.to_string()).collect(), more)
}

fn search(text: &str) -> UserPage {
    UserPage { search: Some(text.to_owned()), ..UserPage::default() }
}

async fn import(stage: &Stage, users: &[(&str, &str)]) {
    stage.install(LicenceType::Team, 10_000).await;
    let rows = users.iter().map(|(name, role)| import_row(0, name, role)).collect();
    let (mode, silent) = (ImportMode::default(), Arc::new(|_| {}));
    let report = stage.directory.import_users(&stage.operator(), rows, mode, silent).await;
    assert_eq!(report.unwrap().errors, []);
}

async fn users_come_in_the_byte_order_of_their_emails(stage: Stage) {
    let sorted = ["1@x.pl", "a+b@x.pl", "a-b@x.pl", "a.b@x.pl", "a@x.pl", "a_b@x.pl", "ab@x.pl"];
    let mut shuffled = sorted.map(|name| (name, "viewer"));
    shuffled.reverse();
    shuffled.swap(1, 4);
    import(&stage, &shuffled).await;
    assert_eq!(page(&stage, UserPage::default()).await, (sorted.map(str::to_owned).into(), false));
    let mut visited = Vec::new();
    let mut visit = |user: UserView| visited.push(user.email.to_string());
    stage.directory.visit_users(&stage.operator(), &mut visit).await.unwrap();
    assert_eq!(visited, sorted);
}

async fn a_page_is_filtered_by_text_in_any_case_and_by_role(stage: Stage) {
    let users = [("ann@x.pl", "admin"), ("bob@x.pl", "viewer"), ("joanna@y.pl", "viewer")];
    import(&stage, &users).await;
    for (text, found) in [
        ("ANN", vec!["ann@x.pl", "joanna@y.pl"]),
        ("@x", vec!["ann@x.pl", "bob@x.pl"]),
        ("", vec!["ann@x.pl", "bob@x.pl", "joanna@y.pl"]),
        ("ann ", vec![]),
    ] {
        let found: Vec<_> = found.into_iter().map(str::to_owned).collect();
        assert_eq!(page(&stage, search(text)).await, (found, false), "{text:?}");
    }
    let viewers = UserPage { role: Some(Role::Viewer), ..search("Ann") };
    assert_eq!(page(&stage, viewers).await.0, ["joanna@y.pl"]);
    let nobody = UserPage { role: Some(Role::None), ..UserPage::default() };
    assert_eq!(page(&stage, nobody).await.0, [""; 0]);
}

async fn a_search_takes_wildcards_for_what_they_are(stage: Stage) {
    let users = [("a_n@x.pl", "viewer"), ("ann@x.pl", "viewer"), ("a*n@x.pl", "viewer")];
    import(&stage, &users).await;
    assert_eq!(page(&stage, search("a_n")).await.0, ["a_n@x.pl"]);
    assert_eq!(page(&stage, search("a*n")).await.0, ["a*n@x.pl"]);
    for text in ["%", "a%n", "\\", "\\_", "' OR ''='"] {
        assert_eq!(page(&stage, search(text)).await.0, [""; 0], "{text}");
    }
}

async fn pages_follow_each_other_without_a_gap_or_an_overlap(stage: Stage) {
    let all: Vec<_> = (0..105).map(|number| format!("user{number:03}@example.com")).collect();
    import(&stage, &all.iter().map(|name| (name.as_str(), "viewer")).collect::<Vec<_>>()).await;
    for limit in [Some(1), Some(35), Some(104), Some(105), Some(1000), None] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let next = UserPage { limit, after, ..UserPage::default() };
            let (emails, more) = page(&stage, next).await;
            let wanted = limit.unwrap_or(UserPage::DEFAULT_LIMIT) as usize;
            assert_eq!(emails.len(), wanted.min(all.len() - seen.len()), "limit {limit:?}");
            after = emails.last().map(|name| email(name));
            seen.extend(emails);
            assert_eq!(more, seen.len() < all.len(), "limit {limit:?}");
            if !more {
                break;
            }
        }
        assert_eq!(seen, all, "limit {limit:?}");
    }
    // After somebody who does not exist.
    let after = UserPage { after: Some(email("user103a@x.pl")), ..UserPage::default() };
    assert_eq!(page(&stage, after).await.0, ["user104@example.com"]);
}

async fn assert_finds_nobody(stage: &Stage, texts: &[&str]) {
    import(stage, &[("kim@example.com", "viewer")]).await;
    for text in texts {
        assert_eq!(page(stage, search(text)).await, (Vec::new(), false), "{text:.20?}");
    }
}

async fn a_search_outside_ascii_finds_nobody(stage: Stage) {
    assert_finds_nobody(&stage, &["zażółć", "k\u{131}m", "\u{1F98A}", "\u{130}"]).await;
}

async fn a_search_for_a_zero_byte_finds_nobody(stage: Stage) {
    assert_finds_nobody(&stage, &["k\0m", "\0", "\0kim", "kim\0"]).await;
}

async fn a_search_longer_than_any_email_finds_nobody(stage: Stage) {
    assert_finds_nobody(&stage, &[&"a".repeat(255), &"a".repeat(60_000)]).await;
}

#[tokio::test]
async fn a_limit_has_bounds() {
    let stage = Stage::sqlite().await;
    for limit in [0, UserPage::GREATEST_LIMIT + 1, u32::MAX] {
        let out_of_bounds = UserPage { limit: Some(limit), ..UserPage::default() };
        assert_refused!(
            stage.directory.page_of_users(&stage.operator(), out_of_bounds).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == "limit"
        );
    }
    let greatest = UserPage { limit: Some(UserPage::GREATEST_LIMIT), ..UserPage::default() };
    assert_eq!(page(&stage, greatest).await, (Vec::new(), false));
}
