//! More than the server takes in: it says so at once, and goes on.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    body::{Body, Bytes},
    http::Method,
};
use dqops_users_http::{Authentication, Limits, Settings as HttpSettings, router};
use dqops_users_storage::{Mutation, StorageError, UnitOfWork};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use crate::{
    answer::Answer,
    call::{Call, JSON, TEXT},
    stage::{ADMIN, Stage, model},
};

/// A body of which some arrives and the rest never does.
fn stalled() -> Body {
    stalled_and_told().0
}

/// The same, and the word that it is being read.
fn stalled_and_told() -> (Body, oneshot::Receiver<()>) {
    let (tell, told) = oneshot::channel();
    let some = stream::once(async {
        let _ = tell.send(());
        Ok::<_, std::io::Error>(Bytes::from_static(b"\""))
    });
    (Body::from_stream(some.chain(stream::pending())), told)
}

/// Sends a request whose body stalls, and answers once it does.
async fn stall(call: Call, content_type: &str) -> JoinHandle<Answer> {
    let (body, told) = stalled_and_told();
    let stalling = tokio::spawn(call.body(content_type, body).send());
    told.await.unwrap();
    stalling
}

/// Keeps the directory lock until it is let go, so that changes wait.
#[derive(Clone, Default)]
struct Hold {
    begun: Arc<Notify>,
    end: Arc<Notify>,
}

#[async_trait]
impl Mutation for Hold {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, _: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        self.begun.notify_one();
        self.end.notified().await;
        Ok(())
    }
}

async fn hold_the_lock(stage: &Stage) -> Hold {
    let hold = Hold::default();
    let (storage, mutation) = (Arc::clone(&stage.storage), hold.clone());
    tokio::spawn(async move { storage.write(mutation).await });
    hold.begun.notified().await;
    hold
}

/// Sends a change, which waits for the lock, and lets it go as far as it gets.
async fn wait_for_the_lock(call: Call) -> JoinHandle<Answer> {
    let waiting = tokio::spawn(call.send());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    waiting
}

async fn hang_up(hanging: JoinHandle<Answer>) {
    hanging.abort();
    assert!(hanging.await.unwrap_err().is_cancelled());
}

async fn stage(limits: Limits) -> Stage {
    Stage::new().await.behind(Authentication::Required, limits)
}

#[tokio::test]
async fn what_comes_on_top_is_refused_at_once_and_let_in_when_there_is_room() {
    let stage = stage(Limits { requests_at_once: 2, ..Limits::default() }).await;
    let hold = hold_the_lock(&stage).await;
    let change = |name: &str| stage.post("/api/users").json(&model(name, "viewer"));
    let first = wait_for_the_lock(change("first@example.com")).await;
    stage.get("/api/users").send().await.gives(200);
    let second = wait_for_the_lock(change("second@example.com")).await;
    for call in [stage.get("/api/users"), stage.get("/nowhere"), change("third@example.com")] {
        let answer = call.send().now_or_never().unwrap();
        assert_eq!(answer.header("retry-after"), "1");
        answer.refuses(503, "overloaded");
    }
    // Whoever watches over the server is answered all the same.
    for path in ["/api/ishealthy", "/health/live", "/health/ready"] {
        stage.get(path).anonymous().send().await.gives(200);
    }
    // A client that hangs up leaves its place.
    hang_up(first).await;
    stage.get("/api/users").send().await.gives(200);
    hold.end.notify_one();
    second.await.unwrap().gives(201);
    assert!(stage.find("third@example.com").await.is_none());
}

#[tokio::test]
async fn a_client_that_sends_slowly_keeps_no_other_out() {
    let stage = stage(Limits { requests_at_once: 1, ..Limits::default() }).await;
    let slow = [
        stall(stage.put("/api/mypassword"), TEXT).await,
        stall(stage.post("/api/users"), JSON).await,
        stall(stage.post("/api/setup").anonymous(), JSON).await,
    ];
    stage.get("/api/users").send().await.gives(200);
    stage.post("/api/users").json(&model("x@", "viewer")).send().await.gives(400);
    for call in slow {
        assert!(!call.is_finished());
        hang_up(call).await;
    }
    assert!(!stage.has_password(ADMIN).await);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let short = Limits { requests_at_once: 1, request_time: Duration::from_millis(100) };
    let stage = stage(short).await;
    for call in [
        stage.put("/api/mypassword").body(TEXT, stalled()),
        stage.post("/api/users").body(JSON, stalled()),
        stage.post("/api/setup").anonymous().body(JSON, stalled()),
    ] {
        let answer = tokio::time::timeout(Duration::from_secs(3), call.send()).await.unwrap();
        answer.refuses(503, "request_timeout");
        // Its place is free again.
        stage.get("/api/ishealthy").send().await.gives(200);
    }
    assert!(!stage.has_password(ADMIN).await);
}

#[tokio::test]
async fn a_body_that_pauses_is_not_waited_for() {
    let stage = Stage::new().await;
    let call = stage.put("/api/mypassword").body(TEXT, stalled());
    let answer = tokio::time::timeout(Duration::from_secs(10), call.send()).await.unwrap();
    answer.refuses(408, "request_timeout");
}

#[tokio::test]
async fn many_at_once_are_all_answered_within_the_limit() {
    let stage = stage(Limits { requests_at_once: 8, ..Limits::default() }).await;
    let calls = (0..64).map(|number| {
        let body = model(&format!("user{number}@example.com"), "viewer");
        tokio::spawn(stage.post("/api/users").json(&body).send())
    });
    let (mut added, mut refused) = (0, 0);
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        if answer.status == 201 {
            added += 1;
        } else {
            answer.refuses(503, "overloaded");
            refused += 1;
        }
    }
    assert!(added >= 8 && added + refused == 64, "{added} added, {refused} refused");
    // None was added that was refused, and none refused that was added.
    assert_eq!(stage.list().await.as_array().unwrap().len(), added + 1);
}

/// `overloaded` tells a client that nothing was done and that it may repeat the request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_as_overload_was_not_done() {
    let stage = stage(Limits::default()).await;
    for (number, micros) in
        [200, 400, 600, 900, 1200, 1600, 2000, 3000].repeat(5).iter().enumerate()
    {
        let limits = Limits { request_time: Duration::from_micros(*micros), ..Limits::default() };
        let hasty = router(
            stage.directory.clone(),
            HttpSettings { limits, ..HttpSettings::new(Authentication::Required) },
        );
        let name = format!("user{number}@example.com");
        let call = Call::new(&hasty, Method::POST, "/api/users").by(stage.admin.as_ref().unwrap());
        let answer = call.json(&model(&name, "viewer")).send().await;
        // Behind this change, so that it is done if it ever will be.
        stage.post("/api/users").json(&model("last@example.com", "viewer")).send().await.gives(201);
        stage.delete("/api/users/last@example.com").send().await.gives(204);
        let is_there = stage.find(&name).await.is_some();
        if answer.status == 201 {
            assert!(is_there, "{name} was said to be added");
        } else {
            let code = answer.json()["code"].clone();
            assert_eq!(answer.status, 503);
            assert!(!is_there || code != "overloaded", "{name} was added all the same");
        }
    }
}
