//! `GET /api/ishealthy`, `/health/live` and `/health/ready`, and what happens when the storage is gone.

use dqops_users_http::{Authentication, Settings, router};
use dqops_users_web::Stopping;

use crate::stage::{Stage, UNKNOWN_TOKEN, model};

const PATH: &str = "/api/ishealthy";
const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";

#[tokio::test]
async fn everyone_is_told_that_all_is_well() {
    let stage = Stage::new().await;
    for path in [PATH, LIVE, READY] {
        for call in [
            stage.get(path),
            stage.get(path).anonymous(),
            stage.get(path).by(UNKNOWN_TOKEN),
            stage.get(path).header("host", "dqops.corp.example"),
            stage.get(path).anonymous().header("sec-fetch-site", "cross-site"),
        ] {
            let answer = call.send().await.gives(200);
            assert_eq!(answer.text(), "\"OK\"");
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let empty = Stage::empty(Authentication::Required).await;
    empty.get(PATH).send().await.gives(200);
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_is_not_ready_and_does_all_else() {
    let mut stage = Stage::new().await;
    let stopping = Stopping::default();
    let settings = Settings::new(Authentication::Required);
    let settings = Settings { stopping: stopping.clone(), ..settings };
    stage.router = router(stage.directory.clone(), settings);
    stage.get(READY).anonymous().send().await.gives(200);
    stopping.begin();
    stage.get(READY).anonymous().send().await.refuses(503, "stopping");
    for path in [PATH, LIVE, "/api/users"] {
        stage.get(path).send().await.gives(200);
    }
}

/// Whoever watches over the server may ask often: it costs the storage nothing.
#[tokio::test]
async fn those_who_ask_at_once_share_one_question() {
    let stage = Stage::new().await;
    let asked = |stage: &Stage| {
        let text = stage.storage.metrics().text();
        let name = "dqops_users_epoch_questions_total{outcome=\"answered\"} ";
        let count = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        count.parse::<u64>().unwrap()
    };
    let before = asked(&stage);
    let calls = (0..200).map(|_| tokio::spawn(stage.get(READY).anonymous().send()));
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().gives(200);
    }
    let questions = asked(&stage) - before;
    assert!(questions < 100, "{questions} questions for 200 requests");
}

#[tokio::test]
async fn when_the_storage_is_gone_everyone_is_told_to_come_again() {
    let stage = Stage::new().await;
    stage.directory.close().await;
    for path in [PATH, READY] {
        stage.get(path).anonymous().send().await.refuses(503, "storage_unavailable");
    }
    stage.get(LIVE).anonymous().send().await.gives(200);
    for call in [
        stage.post("/api/users").json(&model("jane@example.com", "viewer")),
        stage.delete("/api/users/jane@example.com"),
        stage.get("/api/environment/issueapikey"),
        stage.get("/api/users/unknown@example.com"),
    ] {
        call.send().await.refuses(503, "storage_unavailable");
    }
}
