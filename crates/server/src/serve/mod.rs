//! The server: from settings to a running service, and its orderly end.

mod accept;
mod banner;
mod files;
mod first_admin;
mod listen;
mod metrics;
mod pace;
mod telemetry;
#[cfg(feature = "otel")]
mod traces;
mod web;

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use dqops_users_domain::Email;
use dqops_users_http::Authentication;
use dqops_users_service::{Ambient, Directory, HashingSettings, SessionLimits};
use dqops_users_web::Stopping;
use ipnet::IpNet;
use jiff::SignedDuration;
use tokio::task::JoinHandle;

use self::{accept::Entrance, metrics::Exposition, web::Served};
use crate::{
    mail::MailSettings,
    settings::{CommonSettings, given},
    stop_signals::StopSignals,
};

pub(crate) use telemetry::{LogFormat, LogLevel, start_for_command as start_command_log};

/// How often the time is noted, so that a clock that is set back is noticed even when nothing changes.
const NOTE_TIME_EVERY: Duration = Duration::from_hours(1);

/// Settings of the server.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeSettings {
    /// Where to listen
    #[arg(
        long,
        env = "DQOPS_USERS_LISTEN",
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:8888"
    )]
    pub(crate) listen: SocketAddr,

    /// `required`: every request needs a credential. `none`: a request without one acts as the oldest
    /// admin, as in DQOps with authentication-method=none; only on a loopback address
    #[arg(
        long,
        env = "DQOPS_USERS_AUTHENTICATION",
        value_name = "MODE",
        default_value = "required"
    )]
    pub(crate) authentication: AuthenticationMode,

    /// Make this email the first admin, if there is none yet
    #[arg(long, env = "DQOPS_USERS_OWNER_EMAIL", value_name = "EMAIL")]
    pub(crate) owner_email: Option<String>,

    /// A file that holds the first admin's password
    #[arg(long, env = "DQOPS_USERS_OWNER_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) owner_password_file: Option<PathBuf>,

    /// The vendor's licence token; the one issued later of this and the installed one counts
    /// [default: the one installed, else an evaluation of 30 days]
    #[arg(long, env = "DQOPS_USERS_LICENCE", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) licence: Option<String>,

    /// A file that holds the licence token
    #[arg(long, env = "DQOPS_USERS_LICENCE_FILE", value_name = "FILE")]
    pub(crate) licence_file: Option<PathBuf>,

    /// How to write the log, which goes to standard error [default: text on a terminal, else json]
    #[arg(long, env = "DQOPS_USERS_LOG", value_name = "FORMAT")]
    pub(crate) log: Option<LogFormat>,

    /// From which level on to write the log
    #[arg(long, env = "DQOPS_USERS_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: LogLevel,

    /// Where to show metrics, at /metrics in the Prometheus text format: another address than that of
    /// the API, which only those who watch the server can reach [default: nowhere]
    #[arg(long, env = "DQOPS_USERS_METRICS_LISTEN", value_name = "ADDR:PORT")]
    pub(crate) metrics_listen: Option<SocketAddr>,

    /// Seconds for which the server goes on after a signal to stop while /health/ready says no, so that a
    /// load balancer notices and sends requests elsewhere
    #[arg(long, env = "DQOPS_USERS_STOP_DELAY_SECONDS", value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=300))]
    pub(crate) stop_delay_seconds: u32,

    /// Connections that may be open at once
    #[arg(long, env = "DQOPS_USERS_MAX_CONNECTIONS", value_name = "N", default_value = "8192")]
    pub(crate) max_connections: NonZeroUsize,

    /// A proxy in front of this server, as an address or a network, whose X-Forwarded-For tells from where
    /// somebody signs in; can be given several times, and in the environment with commas
    #[arg(
        long,
        env = "DQOPS_USERS_TRUSTED_PROXY",
        value_name = "ADDR[/BITS]",
        value_delimiter = ',',
        value_parser = network
    )]
    pub(crate) trusted_proxy: Vec<IpNet>,

    /// Minutes that a session may lie idle
    #[arg(long, env = "DQOPS_USERS_SESSION_IDLE_MINUTES", value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=10_080))]
    pub(crate) session_idle_minutes: u32,

    /// Hours that a session holds at the most
    #[arg(long, env = "DQOPS_USERS_SESSION_HOURS", value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub(crate) session_hours: u32,

    #[command(flatten)]
    pub(crate) mail: MailSettings,

    /// Passwords that are hashed at once, each with 19 MiB of memory [default: one per core]
    #[arg(long, env = "DQOPS_USERS_HASHING_THREADS", value_name = "N")]
    pub(crate) hashing_threads: Option<NonZeroUsize>,
}

/// How callers are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthenticationMode {
    Required,
    None,
}

impl ServeSettings {
    /// The first admin's email, if one was given.
    fn owner_email(&self) -> Result<Option<Email>> {
        let given = given(self.owner_email.as_deref(), None)?;
        given.map(|text| text.parse().context("--owner-email")).transpose()
    }

    fn sessions(&self) -> SessionLimits {
        SessionLimits {
            idle: SignedDuration::from_mins(self.session_idle_minutes.into()),
            length: SignedDuration::from_hours(self.session_hours.into()),
        }
    }

    fn authentication(&self) -> Result<Authentication> {
        match self.authentication {
            AuthenticationMode::Required => Ok(Authentication::Required),
            AuthenticationMode::None if self.listen.ip().is_loopback() => Ok(Authentication::None),
            AuthenticationMode::None => bail!(
                "--authentication none is only allowed on a loopback address such as 127.0.0.1: on {} anyone who can reach it would be admin",
                self.listen.ip()
            ),
        }
    }
}

/// A network, or an address as one.
fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    parsed.map_err(|_| "write it as 10.0.0.7 or as 10.0.0.0/8".to_owned())
}

/// Runs the server until it is told to stop.
pub(crate) async fn run(common: &CommonSettings, settings: &ServeSettings) -> Result<()> {
    #[cfg(feature = "otel")]
    let traces = traces::Traces::prepare()?;
    #[cfg(feature = "otel")]
    let spans = traces.as_ref().map(traces::Traces::layer);
    #[cfg(not(feature = "otel"))]
    let spans = None::<tracing_subscriber::layer::Identity>;
    telemetry::start(settings.log, settings.log_level, spans);
    let served = serve(common, settings).await;
    #[cfg(feature = "otel")]
    if let Some(traces) = traces {
        traces.finish();
    }
    served
}

async fn serve(common: &CommonSettings, settings: &ServeSettings) -> Result<()> {
    let authentication = settings.authentication()?;
    let owner = settings.owner_email()?;
    let public_url = common.public_url()?;
    let mut service = common.service()?;
    service.sessions = settings.sessions();
    service.mailing = settings.mail.mailing(public_url.as_ref())?;
    if let Some(threads) = settings.hashing_threads {
        service.hashing = HashingSettings { threads, ..HashingSettings::default() };
    }

    let max_connections = files::connections(settings.max_connections);
    let stop = StopSignals::catch()?;
    // The address first: when it is taken, nothing else should have happened.
    let listener = listen::listen(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let url = common.database_url()?;
    let exposition = match settings.metrics_listen {
        Some(address) => Some(Exposition::at(address, url.kind()).await?),
        None => None,
    };
    let storage = url.open().await.with_context(|| format!("cannot open {url}"))?;
    let directory = Directory::new(storage, service, Ambient::system());
    directory.start().await?;
    offer_licence(&directory, settings).await?;
    let setup_code = first_admin::prepare(&directory, owner, settings).await?;

    let operator = directory.local_operator();
    let licence = directory.licence_report(&operator).await?;
    banner::print(address, authentication, setup_code.as_ref(), &licence);
    drop(setup_code);

    let stopping = Stopping::default();
    let metrics = exposition.as_ref().map(|exposition| exposition.metrics.clone());
    let served = Served {
        authentication,
        trusted_proxies: settings.trusted_proxy.clone(),
        public_url,
        database: url.kind(),
        stopping: stopping.clone(),
        metrics: metrics.clone(),
    };
    let router = web::router(&directory, served);
    let entrance = Entrance::new(listener, router, max_connections);
    let entrance = match &metrics {
        Some(metrics) => entrance.counted(metrics),
        None => entrance,
    };
    let beside = run_beside(&directory, exposition);
    tracing::info!(%address, database = %url, version = env!("CARGO_PKG_VERSION"), "listening");
    let delay = Duration::from_secs(settings.stop_delay_seconds.into());
    serve_until(stop, entrance, &stopping, delay).await;
    for task in beside {
        task.abort();
    }
    directory.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves until there is a signal to stop, and, so that whoever hands requests out notices, for the delay
/// after that, which another signal cuts short.
async fn serve_until(
    mut stop: StopSignals,
    entrance: Entrance,
    stopping: &Stopping,
    delay: Duration,
) {
    tokio::select! {
        () = entrance.serve() => {}
        () = stop.next() => {}
    }
    stopping.begin();
    if !delay.is_zero() {
        tracing::info!(seconds = delay.as_secs(), "about to stop: not ready any more");
        tokio::select! {
            () = entrance.serve() => {}
            () = tokio::time::sleep(delay) => {}
            () = stop.next() => {}
        }
    }
    entrance.close(&mut stop).await;
}

/// Starts what goes on beside the requests, for as long as the server runs.
fn run_beside(directory: &Directory, exposition: Option<Exposition>) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![tokio::spawn(note_time(directory.clone()))];
    if let Some(exposition) = exposition {
        tasks.push(tokio::spawn(exposition.serve(directory.clone())));
    }
    tasks
}

async fn offer_licence(directory: &Directory, settings: &ServeSettings) -> Result<()> {
    let token = given(settings.licence.as_deref(), settings.licence_file.as_ref())?;
    if let Some(token) = token {
        let offered = directory.offer_licence(&directory.local_operator(), &token).await;
        offered.context("the licence that was given with --licence cannot be used")?;
    }
    Ok(())
}

async fn note_time(directory: Directory) {
    loop {
        tokio::time::sleep(NOTE_TIME_EVERY).await;
        if let Err(error) = directory.note_time().await {
            tracing::warn!(%error, "the time could not be noted");
        }
    }
}
