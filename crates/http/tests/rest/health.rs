//! `GET /api/ishealthy`, and what happens when the storage is gone.

use dqops_users_http::Authentication;

use crate::stage::{Stage, UNKNOWN_TOKEN, model};

const PATH: &str = "/api/ishealthy";

#[tokio::test]
async fn everyone_is_told_that_all_is_well() {
    let stage = Stage::new().await;
    for call in [
        stage.get(PATH),
        stage.get(PATH).anonymous(),
        stage.get(PATH).by(UNKNOWN_TOKEN),
        stage.get(PATH).header("host", "dqops.corp.example"),
        stage.get(PATH).anonymous().header("sec-fetch-site", "cross-site"),
    ] {
        let answer = call.send().await.gives(200);
        assert_eq!(answer.text(), "\"OK\"");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let empty = Stage::empty(Authentication::Required).await;
    empty.get(PATH).send().await.gives(200);
}

#[tokio::test]
async fn when_the_storage_is_gone_everyone_is_told_to_come_again() {
    let stage = Stage::new().await;
    stage.directory.close().await;
    stage.get(PATH).anonymous().send().await.refuses(503, "storage_unavailable");
    for call in [
        stage.post("/api/users").json(&model("jane@example.com", "viewer")),
        stage.delete("/api/users/jane@example.com"),
        stage.get("/api/environment/issueapikey"),
        stage.get("/api/users/unknown@example.com"),
    ] {
        call.send().await.refuses(503, "storage_unavailable");
    }
}
