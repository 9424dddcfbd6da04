//! `If-Match` on changes: nobody overwrites what they have not seen.

use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{ADMIN, Stage, model, path_of};

const JANE: &str = "jane@example.com";
const OF_JANE: &str = "/api/users/jane@example.com";

async fn with_jane() -> Stage {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    stage
}

#[tokio::test]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let stage = with_jane().await;
    for (number, form) in
        ["{}", "\"other\", {}", "{} , W/\"x\"", "*", " * "].into_iter().enumerate()
    {
        let tag = form.replace("{}", &stage.tag(OF_JANE).await);
        let role = Role::ALL[number].as_str();
        let call = stage.put(OF_JANE).header("if-match", &tag).json(&model(JANE, role));
        call.send().await.gives_nothing(204);
        assert_eq!(stage.get(OF_JANE).send().await.json(), model(JANE, role), "{form}");
    }
    let call = stage.put(OF_JANE).header("if-match", "\"x\"");
    let call = call.header("if-match", &stage.tag(OF_JANE).await).json(&model(JANE, "viewer"));
    call.send().await.gives_nothing(204);
    let tag = stage.tag(OF_JANE).await;
    stage.delete(OF_JANE).header("if-match", &tag).send().await.gives_nothing(204);
    assert_eq!(stage.find(JANE).await, None);
}

#[tokio::test]
async fn a_change_of_another_version_is_refused() {
    let stage = with_jane().await;
    let old = stage.tag(OF_JANE).await;
    let call = stage.put(OF_JANE).header("if-match", &old).json(&model(JANE, "editor"));
    call.send().await.gives_nothing(204);
    let now = stage.tag(OF_JANE).await;
    let weak = format!("W/{now}");
    let bare = now.trim_matches('"').to_owned();
    let (list, admin) = (stage.tag("/api/users").await, stage.tag(&path_of(ADMIN)).await);
    for tag in
        [old.as_str(), &weak, &bare, &list, &admin, "\"\"", "", "\"*\"", "\"u999999\"", "\"u-1\""]
    {
        let put = stage.put(OF_JANE).header("if-match", tag).json(&model(JANE, "admin"));
        put.send().await.refuses(412, "precondition_failed");
        // Also when the change would be none.
        let put = stage.put(OF_JANE).header("if-match", tag).json(&model(JANE, "editor"));
        put.send().await.refuses(412, "precondition_failed");
        let delete = stage.delete(OF_JANE).header("if-match", tag);
        delete.send().await.refuses(412, "precondition_failed");
    }
    assert_eq!(stage.get(OF_JANE).send().await.gives(200).json(), model(JANE, "editor"));
}

#[tokio::test]
async fn a_user_that_was_deleted_and_added_again_is_another_version() {
    let stage = with_jane().await;
    let old = stage.tag(OF_JANE).await;
    stage.delete(OF_JANE).send().await.gives_nothing(204);
    stage.post("/api/users").json(&model(JANE, "viewer")).send().await.gives(201);
    let delete = stage.delete(OF_JANE).header("if-match", &old);
    delete.send().await.refuses(412, "precondition_failed");
}

#[tokio::test]
async fn other_refusals_come_before_the_condition() {
    let stage = with_jane().await;
    let viewer = stage.person("viewer@example.com", Role::Viewer).await;
    for condition in ["*", "\"x\""] {
        let call = stage.delete("/api/users/ghost@example.com").header("if-match", condition);
        call.send().await.refuses(404, "user_not_found");
        let call = stage.delete(OF_JANE).by(&viewer.key).header("if-match", condition);
        call.send().await.refuses(403, "permission_denied");
        let call = stage.delete(OF_JANE).anonymous().header("if-match", condition);
        call.send().await.refuses(401, "authentication_required");
        let call = stage.put(OF_JANE).header("if-match", condition).json(&json!({}));
        call.send().await.refuses(406, "missing_field");
    }
}

#[tokio::test]
async fn of_many_who_saw_the_same_version_one_changes_it() {
    let stage = with_jane().await;
    let tag = stage.tag(OF_JANE).await;
    let calls = (0..20).map(|number| {
        let role = ["editor", "operator"][number % 2];
        let call = stage.put(OF_JANE).header("if-match", &tag).json(&model(JANE, role));
        tokio::spawn(call.send())
    });
    let mut changed = 0;
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        if answer.status == 204 {
            changed += 1;
        } else {
            answer.refuses(412, "precondition_failed");
        }
    }
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn under_enterprise_the_version_covers_the_data_domains() {
    let stage = with_jane().await;
    stage.install("ENTERPRISE", 10).await;
    let old = stage.tag(OF_JANE).await;
    let sales = "sales".parse().unwrap();
    stage.directory.add_data_domain(&stage.operator(), sales).await.unwrap();
    let call = stage.put(OF_JANE).header("if-match", &old).json(&model(JANE, "editor"));
    call.send().await.refuses(412, "precondition_failed");
    let tag = stage.tag(OF_JANE).await;
    let call = stage.put(OF_JANE).header("if-match", &tag).json(&model(JANE, "editor"));
    call.send().await.gives_nothing(204);
}
