//! `ETag` and `If-None-Match`: a tag changes exactly when what it stands for does.

use axum::http::Method;
use dqops_users_domain::Role;
use dqops_users_service::KeyLifetime;
use serde_json::json;

use crate::stage::{ADMIN, STRONG, Stage, model, path_of};

const JANE: &str = "jane@example.com";
const OF_JANE: &str = "/api/users/jane@example.com";

#[tokio::test]
async fn a_client_that_has_the_version_is_told_so_without_a_body() {
    let stage = Stage::new().await;
    for path in ["/api/users", &path_of(ADMIN)] {
        let tag = stage.tag(path).await;
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag}");
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"other\", {tag}"),
            format!("{tag},\"other\""),
            format!("W/\"other\" , W/{tag} , \"x\""),
            "*".to_owned(),
        ] {
            let answer = stage.get(path).header("if-none-match", &known).send().await;
            let answer = answer.gives_nothing(304);
            assert_eq!(answer.header("etag"), tag, "{known}");
            assert_eq!(answer.header("cache-control"), "private, no-cache");
            let head = stage.call(Method::HEAD, path).header("if-none-match", &known);
            head.send().await.gives_nothing(304);
        }
        let two_lines = stage.get(path).header("if-none-match", "\"x\"");
        two_lines.header("if-none-match", &tag).send().await.gives_nothing(304);
    }
}

#[tokio::test]
async fn a_client_that_has_another_version_gets_this_one() {
    let stage = Stage::new().await;
    for path in ["/api/users", &path_of(ADMIN)] {
        let tag = stage.tag(path).await;
        let bare = tag.trim_matches('"');
        for other in ["", "\"other\"", bare, &tag.to_uppercase(), &format!("\"x{bare}\""), "\"*\""]
        {
            let answer = stage.get(path).header("if-none-match", other).send().await.gives(200);
            assert_eq!(answer.header("etag"), tag, "{other}");
            assert!(!answer.bytes.is_empty());
        }
    }
    // One tag does not stand for two things.
    let (list, admin) = (stage.tag("/api/users").await, stage.tag(&path_of(ADMIN)).await);
    assert_ne!(list, admin);
    stage.get("/api/users").header("if-none-match", &admin).send().await.gives(200);
    stage.get(&path_of(ADMIN)).header("if-none-match", &list).send().await.gives(200);
}

#[tokio::test]
async fn whoever_may_not_see_is_not_told_that_nothing_changed() {
    let stage = Stage::new().await;
    let tag = stage.tag("/api/users").await;
    let call = stage.get("/api/users").anonymous().header("if-none-match", &tag);
    call.send().await.refuses(401, "authentication_required");
    let nobody = stage.person(JANE, Role::None).await;
    for (path, tag) in [("/api/users", "*"), (OF_JANE, &stage.tag(OF_JANE).await)] {
        let call = stage.get(path).by(&nobody.key).header("if-none-match", tag);
        call.send().await.refuses(403, "permission_denied");
    }
    let call = stage.get("/api/users/ghost@example.com").header("if-none-match", "*");
    call.send().await.refuses(404, "user_not_found");
}

#[tokio::test]
async fn the_tags_change_with_everything_that_is_shown() {
    let stage = Stage::new().await;
    let mut seen = vec![stage.tag("/api/users").await];
    let mut of_jane = Vec::new();
    let mut look = async |what: &str, jane_too: bool| {
        let tag = stage.tag("/api/users").await;
        assert!(!seen.contains(&tag), "{what} kept the list's tag");
        let old = stage.get("/api/users").header("if-none-match", seen.last().unwrap());
        old.send().await.gives(200);
        seen.push(tag);
        if jane_too {
            let tag = stage.tag(OF_JANE).await;
            assert!(!of_jane.contains(&tag), "{what} kept the user's tag");
            of_jane.push(tag);
        }
    };
    let put = async |role| {
        stage.put(OF_JANE).json(&model(JANE, role)).send().await.gives_nothing(204);
    };
    let add = async || {
        stage.post("/api/users").json(&model(JANE, "viewer")).send().await.gives(201);
    };
    add().await;
    look("adding", true).await;
    put("editor").await;
    look("changing", true).await;
    put("viewer").await;
    look("changing back", true).await;
    stage.install("ENTERPRISE", 1000).await;
    look("ENTERPRISE", true).await;
    let sales = "sales".parse().unwrap();
    stage.directory.add_data_domain(&stage.operator(), sales).await.unwrap();
    look("a data domain", true).await;
    let body = json!({"email": JANE, "dataDomainRoles": {"sales": "viewer"}});
    stage.put(OF_JANE).json(&body).send().await.gives_nothing(204);
    look("a data domain role", true).await;
    stage.install("TEAM", 1000).await;
    look("TEAM", false).await;
    stage.delete(OF_JANE).send().await.gives_nothing(204);
    look("deleting", false).await;
    add().await;
    look("adding again", true).await;
}

#[tokio::test]
async fn the_tags_stay_when_nothing_that_is_shown_changes() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Viewer).await;
    let tags = async || (stage.tag("/api/users").await, stage.tag(OF_JANE).await);
    let before = tags().await;
    let key = stage.get("/api/environment/issueapikey").by(&jane.key);
    key.send().await.gives(200);
    stage.key_of(JANE, KeyLifetime::Unlimited).await;
    stage.get("/api/environment/profile").by(&jane.key).send().await.gives(200);
    stage.put("/api/mypassword").by(&jane.key).json(&json!(STRONG)).send().await.gives(204);
    stage.put(&format!("{OF_JANE}/password")).json(&json!(STRONG)).send().await.gives(204);
    stage.put(OF_JANE).json(&model(JANE, "viewer")).send().await.gives_nothing(204);
    stage.put(OF_JANE).json(&json!({"email": JANE})).send().await.gives_nothing(204);
    stage.put(OF_JANE).json(&model(JANE, "king")).send().await.refuses(400, "invalid_field");
    stage.post("/api/users").json(&model(JANE, "admin")).send().await.refuses(409, "user_exists");
    stage.delete(&path_of(ADMIN)).send().await.refuses(409, "last_admin");
    stage.post("/api/users").by(&jane.key).json(&model("x@x", "admin")).send().await.gives(403);
    stage.get("/api/users").by("dqu_key_0").send().await.refuses(401, "invalid_credential");
    assert_eq!(tags().await, before);
    // A user's tag is its own: another user's change leaves it.
    stage.add("joe@example.com", Role::Viewer).await;
    let after = tags().await;
    assert_eq!(after.1, before.1);
    assert_ne!(after.0, before.0);
}

/// The server notes the time once an hour; with it the list's tag changes, and no user's.
#[tokio::test]
async fn the_tags_stay_while_only_time_goes_by() {
    let stage = Stage::new().await;
    let list = stage.tag("/api/users").await;
    let admin = stage.tag(&path_of(ADMIN)).await;
    stage.clock.set("2026-01-01T00:59:00Z");
    stage.directory.note_time().await.unwrap();
    assert_eq!(stage.tag("/api/users").await, list);
    for time in ["2026-01-01T02:00:00Z", "2026-01-08T00:00:00Z"] {
        stage.clock.set(time);
        stage.directory.note_time().await.unwrap();
        assert_eq!(stage.tag(&path_of(ADMIN)).await, admin, "{time}");
    }
}
