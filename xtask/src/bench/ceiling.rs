//! The limit: a bare axum server that answers the same bytes from memory after the same bearer check.

use std::{
    collections::{HashMap, HashSet},
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::Bytes,
    extract::{RawPathParams, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clap::Args;
use serde_json::value::RawValue;

/// What the bare server answers.
#[derive(Args, Clone, Debug)]
pub(crate) struct CeilingOptions {
    /// Where to listen
    #[arg(long)]
    pub(super) listen: SocketAddr,
    /// The file of the list's bytes
    #[arg(long)]
    pub(super) list: PathBuf,
    /// The token that is let in
    #[arg(long)]
    pub(super) token: String,
}

struct Answers {
    tokens: HashSet<String>,
    users: HashMap<String, Bytes>,
    list: Bytes,
}

type Shared = Arc<Answers>;

/// Serves until it is killed.
pub(crate) fn serve(options: &CeilingOptions) -> Result<()> {
    let list = fs::read(&options.list)?;
    let users: Vec<&RawValue> = serde_json::from_slice(&list).context("the list is no array")?;
    let users = users.into_iter().filter_map(|user| {
        let json = user.get();
        let email = json.strip_prefix("{\"email\":\"")?.split('"').next()?;
        Some((email.to_owned(), Bytes::copy_from_slice(json.as_bytes())))
    });
    let answers = Answers {
        tokens: HashSet::from([options.token.clone()]),
        users: users.collect(),
        list: list.into(),
    };
    let router = Router::new()
        .route("/api/users", get(all))
        .route("/api/users/{email}", get(one))
        .with_state(Arc::new(answers));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.listen).await?;
        println!("listening");
        Ok(axum::serve(listener, router).await?)
    })
}

async fn all(State(answers): State<Shared>, headers: HeaderMap) -> Response {
    if is_let_in(&answers, &headers) { json(answers.list.clone()) } else { refused() }
}

async fn one(State(answers): State<Shared>, path: RawPathParams, headers: HeaderMap) -> Response {
    if !is_let_in(&answers, &headers) {
        return refused();
    }
    let email = path.iter().next().map(|(_, email)| email).unwrap_or_default();
    match answers.users.get(email) {
        Some(user) => json(user.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn is_let_in(answers: &Answers, headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    token.is_some_and(|token| answers.tokens.contains(token))
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn refused() -> Response {
    StatusCode::UNAUTHORIZED.into_response()
}
