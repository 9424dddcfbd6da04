//! The export of traces to an OpenTelemetry collector: only with the feature `otel`, and only when the
//! environment names a collector. Plain HTTP to one on this machine or in its network, so that no second
//! TLS comes in.

use std::{env, time::Duration};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, Response, header},
};
use dqops_users_web::SPANS;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::{net::TcpStream, runtime::Handle};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

/// Where a collector is named; each of them is read by the exporter itself.
const COLLECTOR: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// How the service is called, unless the environment says otherwise.
const NAME: &str = "dqops-users";

/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A collector's answer is short.
const MAX_ANSWER: usize = 64 * 1024;

/// The traces that are on their way to the collector.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Prepares the export, if the environment names a collector.
    pub(super) fn prepare() -> Result<Option<Self>> {
        let given = |name: &&str| env::var(name).ok().filter(|value| !value.is_empty());
        let Some(collector) = COLLECTOR.iter().find_map(given) else { return Ok(None) };
        ensure!(
            collector.starts_with("http://"),
            "the collector of OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// address: traces go by plain HTTP, to a collector on this machine"
        );
        let client = Client { runtime: Handle::current() };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .build()
            .context("the export of traces cannot be set up")?;
        let mut resource = Resource::builder();
        if env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(NAME);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// Takes the spans of requests, and nothing else.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'s> LookupSpan<'s>,
    {
        let filter = Targets::new().with_target(SPANS, Level::INFO);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer(NAME)).with_filter(filter)
    }

    /// Sends what is left.
    pub(super) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Sends to the collector. The exporter calls from a thread of its own, outside the runtime.
#[derive(Debug)]
struct Client {
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = tokio::time::timeout(PATIENCE, send(request));
        self.runtime.spawn(sending).await??
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("the collector's address has no host")?.clone();
    let stream = TcpStream::connect((host(authority.host()), authority.port_u16().unwrap_or(80)));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream.await?)).await?;
    tokio::spawn(connection);
    parts.headers.insert(header::HOST, authority.as_str().parse()?);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse()?;
    let answer = sender.send_request(Request::from_parts(parts, Full::new(body))).await?;
    let (parts, body) = answer.into_parts();
    let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
    Ok(Response::from_parts(parts, body))
}

/// Without the brackets of an IPv6 address.
fn host(text: &str) -> &str {
    text.trim_start_matches('[').trim_end_matches(']')
}
