//! The list in pages: `search`, `role`, `limit`, `after`, and the link to the next one.

use dqops_users_domain::Role;
use serde_json::Value;

use crate::stage::{ADMIN, Stage};

/// Users with emails that a careless link or a careless search would mangle.
const NAMES: &[&str] = &[
    "a%2Bb@example.com",
    "a&limit=1@example.com",
    "a_c@example.com",
    "abc@example.com",
    "o'brien@example.com",
    "jane+dq@example.com",
    "jane.dq@example.com",
    "zoe@mail.example",
];

async fn stage() -> Stage {
    let stage = Stage::new().await;
    for (number, name) in NAMES.iter().filter(|name| !name.contains('%')).enumerate() {
        stage.add(name, Role::ALL[1 + number % 4]).await;
    }
    for number in 0..20 {
        stage.add(&format!("user{number:02}@example.com"), Role::Viewer).await;
    }
    stage
}

/// The path of the next page, if the answer has one.
fn next(link: Option<&str>) -> Option<String> {
    let link = link?.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    assert!(link.starts_with("/api/users?"), "{link}");
    Some(link.to_owned())
}

/// All users of all pages, and the number of pages.
async fn follow(stage: &Stage, first: &str) -> (Vec<Value>, usize) {
    let (mut path, mut users, mut pages) = (Some(first.to_owned()), Vec::new(), 0);
    while let Some(current) = path {
        let answer = stage.get(&current).send().await.gives(200);
        assert_eq!(answer.header("content-type"), "application/json");
        users.extend(answer.json().as_array().unwrap().clone());
        path = next(answer.has("link").then(|| answer.header("link")));
        pages += 1;
        assert!(pages <= 100, "the pages do not end");
    }
    (users, pages)
}

fn emails(users: &[Value]) -> Vec<&str> {
    users.iter().map(|user| user["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_pages_followed_to_the_end_are_the_whole_list() {
    let stage = stage().await;
    let whole = stage.list().await.as_array().unwrap().clone();
    assert_eq!(whole.len(), 28);
    for (limit, pages) in [(1, 28), (5, 6), (7, 4), (14, 2), (27, 2), (28, 1), (29, 1), (1000, 1)] {
        let found = follow(&stage, &format!("/api/users?limit={limit}")).await;
        assert_eq!(found, (whole.clone(), pages), "limit={limit}");
    }
    for all in ["/api/users?search=", "/api/users?search=@", "/api/users?after=0@0"] {
        assert_eq!(follow(&stage, all).await, (whole.clone(), 1), "{all}");
    }
}

#[tokio::test]
async fn a_page_has_a_hundred_users_when_no_limit_is_given() {
    let stage = stage().await;
    for number in 0..100 {
        stage.add(&format!("more{number:03}@example.com"), Role::Viewer).await;
    }
    let answer = stage.get("/api/users?search=example").send().await.gives(200);
    assert_eq!(answer.json().as_array().unwrap().len(), 100);
    let (users, pages) = follow(&stage, "/api/users?search=example").await;
    assert_eq!((users.len(), pages), (128, 2));
}

#[tokio::test]
async fn filters_hold_on_every_page() {
    let stage = stage().await;
    let whole = stage.list().await.as_array().unwrap().clone();
    for role in Role::ALL {
        let expected: Vec<_> =
            whole.iter().filter(|user| user["accountRole"] == role.as_str()).cloned().collect();
        assert!(!expected.is_empty());
        let path = format!("/api/users?limit=2&role={role}");
        assert_eq!(follow(&stage, &path).await.0, expected, "{role}");
    }
    let (users, _) = follow(&stage, "/api/users?limit=1&search=jane&role=operator").await;
    assert!(users.iter().all(|user| user["accountRole"] == "operator"), "{users:?}");
    let (users, pages) = follow(&stage, "/api/users?limit=1&search=JANE").await;
    assert_eq!(emails(&users), ["jane+dq@example.com", "jane.dq@example.com"]);
    assert_eq!(pages, 2);
}

#[tokio::test]
async fn a_search_means_the_text_as_it_stands() {
    let stage = stage().await;
    for (query, expected) in [
        ("search=jane%2Bdq", &["jane+dq@example.com"][..]),
        ("search=JANE.dq", &["jane.dq@example.com"]),
        ("search=_c", &["a_c@example.com"]),
        ("search=a_c", &["a_c@example.com"]),
        ("search=o'brien", &["o'brien@example.com"]),
        ("search=%26limit%3D1", &["a&limit=1@example.com"]),
        ("search=mail.example", &["zoe@mail.example"]),
        ("search=%25", &[]),
        ("search=*", &[]),
        ("search=%5C", &[]),
        ("search=jane+dq", &[]), // `+` is a blank in a query.
        ("search='%20or%201=1--", &[]),
        ("search=%C5%BC%C3%B3%C5%82w", &[]),
        ("search=a_c&role=admin", &[]),
    ] {
        let answer = stage.get(&format!("/api/users?{query}")).send().await.gives(200);
        let users = answer.json();
        assert_eq!(emails(users.as_array().unwrap()), expected, "{query}");
        assert!(!answer.has("link"), "{query}");
    }
}

/// The databases disagree about a NUL in a text; the answer must not be everything, nor a failure.
#[tokio::test]
async fn a_search_for_what_no_email_can_hold_finds_nobody() {
    let stage = stage().await;
    for search in ["%00", "jane%00", "%00jane", "zoe%00@mail"] {
        let answer = stage.get(&format!("/api/users?search={search}")).send().await;
        if answer.status == 200 {
            assert_eq!(answer.text(), "[]", "{search}");
        } else {
            answer.refuses_field(400, "invalid_field", "search");
        }
    }
}

#[tokio::test]
async fn a_page_begins_after_the_email_whether_that_user_exists_or_not() {
    let stage = stage().await;
    for (after, first) in [
        (ADMIN, "jane+dq@example.com"),
        ("ADMIN%40EXAMPLE.COM", "jane+dq@example.com"),
        ("jane%2Bdq@example.com", "jane.dq@example.com"),
        ("admin@example.comx", "jane+dq@example.com"),
        ("user18@example.com", "user19@example.com"),
        ("user19@example.com", "zoe@mail.example"),
    ] {
        let path = format!("/api/users?limit=1&after={after}");
        let users = stage.get(&path).send().await.gives(200).json();
        assert_eq!(users[0]["email"], first, "{after}");
    }
    let answer = stage.get("/api/users?after=zoe@mail.example").send().await.gives(200);
    assert_eq!((answer.text(), answer.has("link")), ("[]", false));
}

#[tokio::test]
async fn a_bad_value_is_named() {
    let stage = stage().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=%2B", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=4294967296", "limit"),
        ("limit=1&limit=2", "limit"),
        ("role=king", "role"),
        ("role=ADMIN", "role"),
        ("role=", "role"),
        ("role=admin&role=viewer", "role"),
        ("after=nobody", "after"),
        ("after=", "after"),
        ("after=j%C3%A1ne@example.com", "after"),
        ("after=a@x&after=b@x", "after"),
        ("search=a&search=b", "search"),
    ] {
        let answer = stage.get(&format!("/api/users?{query}")).send().await;
        let detail = answer.refuses_field(400, "invalid_field", field);
        assert!(detail.contains(field), "{query}: {detail}");
    }
    stage
        .get("/api/users?limit=1")
        .anonymous()
        .send()
        .await
        .refuses(401, "authentication_required");
    let nobody = stage.person("nobody@example.com", Role::None).await;
    let call = stage.get("/api/users?limit=1").by(&nobody.key);
    call.send().await.refuses(403, "permission_denied");
}

#[tokio::test]
async fn users_who_come_and_go_do_not_shift_the_pages() {
    let stage = stage().await;
    let answer = stage.get("/api/users?search=user&limit=10").send().await.gives(200);
    let second = next(Some(answer.header("link"))).unwrap();
    for gone in ["user03@example.com", "user09@example.com"] {
        stage.delete(&format!("/api/users/{gone}")).send().await.gives(204);
    }
    stage.add("user055@example.com", Role::Viewer).await;
    let users = stage.get(&second).send().await.gives(200).json();
    assert_eq!(users[0]["email"], "user10@example.com");
    assert_eq!(users.as_array().unwrap().len(), 10);
}
