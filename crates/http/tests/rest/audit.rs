//! `GET /api/audit`: what was done, the newest first, in pages.

use dqops_users_domain::Role;
use serde_json::{Value, json};

use crate::stage::{ADMIN, Stage, model, path_of};

const AUDIT: &str = "/api/audit";
const JANE: &str = "jane+dq@example.com";

/// A trail of 31 entries, of which the last 28 are of the minutes 1 to 28.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.clock.set("2026-01-01T00:01:00Z");
    stage.post("/api/users").json(&model(JANE, "viewer")).send().await.gives(201);
    for number in 0..27 {
        stage.clock.set(&format!("2026-01-01T00:{:02}:00Z", number + 2));
        let role = if number % 2 == 0 { "editor" } else { "viewer" };
        stage.put(&path_of(JANE)).json(&model(JANE, role)).send().await.gives(204);
    }
    stage
}

/// All entries of all pages, and the number of pages.
async fn follow(stage: &Stage, query: &str) -> (Vec<Value>, usize) {
    let (mut path, mut entries, mut pages) = (Some(format!("{AUDIT}{query}")), Vec::new(), 0);
    while let Some(current) = path {
        let answer = stage.get(&current).send().await.gives(200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        entries.extend(answer.json().as_array().unwrap().clone());
        path = answer.has("link").then(|| {
            let link = answer.header("link").strip_prefix('<').unwrap();
            link.strip_suffix(">; rel=\"next\"").unwrap().to_owned()
        });
        pages += 1;
        assert!(pages <= 100, "the pages do not end");
    }
    (entries, pages)
}

async fn numbers(stage: &Stage, query: &str) -> Vec<u64> {
    let entries = follow(stage, query).await.0;
    entries.iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn an_entry_says_who_did_what_on_whom() {
    let stage = stage().await;
    let entries = stage.get("/api/audit?limit=28").send().await.gives(200).json();
    let (latest, created) = (&entries[0], &entries[27]);
    let (id, hash) = (&created["id"], &created["hash"]);
    let expected = json!({
        "number": created["number"], "id": id, "at": "2026-01-01T00:01:00Z", "actor": ADMIN,
        "action": "user_created", "subject": JANE, "after": {"accountRole": "viewer"}, "hash": hash,
    });
    assert_eq!(*created, expected);
    assert_eq!((id.as_str().unwrap().len(), hash.as_str().unwrap().len()), (36, 64));
    assert_eq!(
        (&latest["before"], &latest["after"], &latest["at"]),
        (
            &json!({"accountRole": "viewer"}),
            &json!({"accountRole": "editor"}),
            &json!("2026-01-01T00:28:00Z")
        )
    );
}

#[tokio::test]
async fn the_pages_followed_to_the_end_are_the_whole_trail() {
    let stage = stage().await;
    let whole = follow(&stage, "").await;
    let count = whole.0.len();
    let falling: Vec<u64> = (1..=count as u64).rev().collect();
    assert_eq!((numbers(&stage, "").await, whole.1), (falling, 1));
    for limit in [1, 7, count - 1, count, 1000] {
        let found = follow(&stage, &format!("?limit={limit}")).await;
        assert_eq!(found, (whole.0.clone(), count.div_ceil(limit)), "limit={limit}");
    }
    // Filters go along from page to page, also those that a careless link would mangle.
    for query in [
        "?user=jane%2Bdq@example.com",
        "?action=user_updated&user=Admin@Example.com",
        "?since=2026-01-01T00:05:00Z&until=2026-01-01T01:20:00%2B01:00&action=user_updated",
    ] {
        let all = follow(&stage, query).await.0;
        assert!(all.len() > 10, "{query}");
        assert_eq!(follow(&stage, &format!("{query}&limit=4")).await.0, all, "{query}");
    }
}

#[tokio::test]
async fn entries_that_come_meanwhile_do_not_shift_the_pages() {
    let stage = stage().await;
    let whole = numbers(&stage, "").await;
    let mut path = format!("{AUDIT}?limit=10");
    let mut seen = Vec::new();
    loop {
        let answer = stage.get(&path).send().await.gives(200);
        let entries = answer.json();
        seen.extend(entries.as_array().unwrap().iter().map(|e| e["number"].as_u64().unwrap()));
        stage.add(&format!("new{}@example.com", seen.len()), Role::Viewer).await;
        if !answer.has("link") {
            break;
        }
        path = answer.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn filters_choose_by_person_action_and_time() {
    let stage = stage().await;
    let last = numbers(&stage, "").await[0];
    let created = last - 27;
    for (query, expected) in [
        ("?user=jane%2Bdq@example.com", (created..=last).rev().collect()),
        ("?user=jane%2Bdq@example.com&action=user_created", vec![created]),
        ("?user=nobody@example.com", Vec::new()),
        ("?user=(local%20operator)", vec![1]),
        ("?action=signed_in", Vec::new()),
        ("?since=2026-01-01T00:27:00Z", vec![last, last - 1]),
        ("?since=2026-01-01T00:27:00.000000001Z", vec![last]),
        ("?since=2026-01-01T00:26:00Z&until=2026-01-01T00:28:00Z", vec![last - 1, last - 2]),
        ("?since=2027-01-01T00:00:00Z", Vec::new()),
        ("?before=2", vec![1]),
        ("?before=0", Vec::new()),
        ("?other=1&before=2", vec![1]),
    ] {
        assert_eq!(numbers(&stage, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let stage = Stage::new().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("before=x", "before"),
        ("action=user_created,user_deleted", "action"),
        ("since=2026-13-01T00:00:00Z", "since"),
        ("until=now", "until"),
        ("user=", "user"),
        ("user=a%00b", "user"),
        ("user=a%1b[31m", "user"),
        ("user=a@x.pl&user=b@x.pl", "user"),
    ] {
        let answer = stage.get(&format!("{AUDIT}?{query}")).send().await;
        let detail = answer.refuses_field(400, "invalid_field", field);
        assert!(detail.contains(field), "{query}: {detail}");
    }
}

#[tokio::test]
async fn only_admins_see_the_trail() {
    let stage = Stage::new().await;
    stage.get(AUDIT).anonymous().send().await.refuses(401, "authentication_required");
    for role in [Role::Editor, Role::Operator, Role::Viewer, Role::None] {
        let person = stage.person(&format!("{role}@example.com"), role).await;
        for query in ["", "?user=", &format!("?user={}", person.email)] {
            let call = stage.get(&format!("{AUDIT}{query}")).by(&person.key);
            call.send().await.refuses(403, "permission_denied");
        }
    }
}
