//! The log: to standard error, as text or as JSON. Each line that is said within a request has its id.

use std::{
    fmt as text,
    io::{self, IsTerminal as _},
};

use clap::ValueEnum;
use dqops_users_web::with_current_request_id;
use tracing::{Event, Level, Subscriber};
#[cfg(feature = "otel")]
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{self, FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::{Layered, SubscriberExt as _},
    registry::{LookupSpan, Registry},
    util::SubscriberInitExt as _,
};

/// How to write the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// From which level on to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// Spans go where the log goes, to a layer of their own.
pub(super) type Logged = Layered<Log<Registry>, Registry>;

type Log<S> = Box<dyn Layer<S> + Send + Sync>;

/// Starts the log of the server, and beside it what takes the spans of requests.
pub(super) fn start<L>(format: Option<LogFormat>, level: LogLevel, spans: Option<L>)
where
    L: Layer<Logged> + Send + Sync,
{
    tracing_subscriber::registry().with(log(format, level)).with(spans).init();
}

fn log<S>(format: Option<LogFormat>, level: LogLevel) -> Log<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let is_terminal = io::stderr().is_terminal();
    let default = if is_terminal { LogFormat::Text } else { LogFormat::Json };
    // Libraries speak up from warnings on, so that `info` tells about the directory alone.
    let level = Level::from(level);
    let filter = Targets::new()
        .with_default(level.min(Level::WARN))
        .with_target("dqops_users", level)
        .with_target("dqops_users_console", level)
        .with_target("dqops_users_http", level)
        .with_target("dqops_users_service", level)
        .with_target("dqops_users_storage", level)
        .with_target("dqops_users_web", level);
    #[cfg(feature = "otel")]
    let filter = filter.with_target(dqops_users_web::SPANS, LevelFilter::OFF);
    match format.unwrap_or(default) {
        LogFormat::Text => {
            let format = fmt::format().with_ansi(is_terminal);
            let layer = fmt::layer().event_format(WithRequestId { format, is_json: false });
            layer.with_writer(io::stderr).with_ansi(is_terminal).with_filter(filter).boxed()
        }
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true);
            let layer = layer.map_event_format(|format| WithRequestId { format, is_json: true });
            layer.with_writer(io::stderr).with_filter(filter).boxed()
        }
    }
}

/// Adds the id of the request that is being worked on to the line. A span around each request would as
/// well, at a cost to each request; this costs only those of which something is said.
struct WithRequestId<F> {
    format: F,
    is_json: bool,
}

impl<S, N, F> FormatEvent<S, N> for WithRequestId<F>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> text::Result {
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        let mut end = String::new();
        with_current_request_id(|id| end = self.end(id));
        let line = line.trim_end_matches('\n');
        let start = line.strip_suffix('}').filter(|_| self.is_json && !end.is_empty());
        let start = start.unwrap_or(line);
        writeln!(writer, "{start}{end}")
    }
}

impl<F> WithRequestId<F> {
    /// The end of the line. An id needs no quotes.
    fn end(&self, id: &str) -> String {
        if self.is_json { format!(",\"request\":\"{id}\"}}") } else { format!(" request={id}") }
    }
}

/// Starts the log of a command that ends by itself: warnings only, for a person.
pub(crate) fn start_for_command() {
    let filter = Targets::new().with_default(Level::ERROR).with_target("dqops_users", Level::WARN);
    let layer = fmt::layer().with_writer(io::stderr).without_time().with_target(false);
    let layer = layer.with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(filter).with(layer).init();
}
