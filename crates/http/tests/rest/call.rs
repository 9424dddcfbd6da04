//! A request, put together step by step.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header},
};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::answer::Answer;

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain";

pub(crate) struct Call {
    router: Router,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
    peer: Option<SocketAddr>,
}

impl Call {
    pub(crate) fn new(router: &Router, method: Method, path: &str) -> Self {
        let (router, path) = (router.clone(), path.to_owned());
        Self { router, method, path, headers: HeaderMap::new(), body: Body::empty(), peer: None }
    }

    /// With a bearer token in place of the one that stands there.
    pub(crate) fn by(mut self, token: &str) -> Self {
        let value = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
        self.headers.insert(header::AUTHORIZATION, value);
        self
    }

    /// Without a credential.
    pub(crate) fn anonymous(mut self) -> Self {
        self.headers.remove(header::AUTHORIZATION);
        self
    }

    /// Over a connection from that address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.peer = Some(SocketAddr::new(address.parse().unwrap(), 50_000));
        self
    }

    /// Over a connection from that address and port.
    pub(crate) fn over_connection(mut self, address: &str) -> Self {
        self.peer = Some(address.parse().unwrap());
        self
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn body(self, content_type: &str, body: impl Into<Body>) -> Self {
        self.header("content-type", content_type).bare_body(body)
    }

    /// A body without a content type.
    pub(crate) fn bare_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, json: &Value) -> Self {
        self.body(JSON, json.to_string())
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.body(TEXT, text.to_owned())
    }

    /// Sends it, and checks what holds for every answer.
    pub(crate) async fn send(self) -> Answer {
        let what = format!("{} {:.200}", self.method, self.path);
        let is_head = self.method == Method::HEAD;
        let mut request =
            Request::builder().method(self.method).uri(self.path).body(self.body).unwrap();
        *request.headers_mut() = self.headers;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.oneshot(request).await.unwrap();
        Answer::read(what, is_head, response).await
    }
}
