//! The log: to standard error, as text or as JSON.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing::Level;
use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
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

/// Starts the log of the server.
pub(super) fn start(format: Option<LogFormat>, level: LogLevel) {
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
    let log = tracing_subscriber::registry().with(filter);
    match format.unwrap_or(default) {
        LogFormat::Text => {
            log.with(fmt::layer().with_writer(io::stderr).with_ansi(is_terminal)).init();
        }
        LogFormat::Json => {
            log.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).init();
        }
    }
}

/// Starts the log of a command that ends by itself: warnings only, for a person.
pub(crate) fn start_for_command() {
    let filter = Targets::new().with_default(Level::ERROR).with_target("dqops_users", Level::WARN);
    let layer = fmt::layer().with_writer(io::stderr).without_time().with_target(false);
    tracing_subscriber::registry().with(filter).with(layer).init();
}
