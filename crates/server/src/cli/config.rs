//! `config`

use anyhow::Result;
use clap::{ArgMatches, ValueEnum as _, parser::ValueSource};
use serde::Serialize;

use super::output::Output;
use crate::{serve::ServeSettings, settings::CommonSettings};

/// A setting in force, and where it comes from.
#[derive(Serialize)]
struct Shown {
    setting: &'static str,
    value: String,
    from: &'static str,
}

pub(super) fn run(
    common: &CommonSettings,
    settings: &ServeSettings,
    matches: &ArgMatches,
) -> Result<()> {
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    let from = |id: &str| match matches.value_source(id) {
        Some(ValueSource::CommandLine) => "flag",
        Some(ValueSource::EnvVariable) => "environment",
        _ => "default",
    };
    let either =
        |value: &str, file: &str| if from(value) == "default" { from(file) } else { from(value) };
    let shown = |secret: bool| if secret { "(set)" } else { "(not set)" }.to_owned();
    let name = |value: Option<clap::builder::PossibleValue>| {
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    };
    let path = |file: &Option<std::path::PathBuf>| {
        file.as_ref().map_or_else(|| "(not set)".to_owned(), |file| file.display().to_string())
    };
    let row = |setting, value, from| Shown { setting, value, from };
    let has_licence = settings.licence.is_some() || settings.licence_file.is_some();
    let threads =
        settings.hashing_threads.map_or_else(|| "one per core".to_owned(), |n| n.to_string());
    let proxies: Vec<_> = settings.trusted_proxy.iter().map(ToString::to_string).collect();
    let proxies = if proxies.is_empty() { "(not set)".to_owned() } else { proxies.join(",") };
    let log = settings.log.map_or_else(
        || "text on a terminal, else json".to_owned(),
        |log| name(log.to_possible_value()),
    );
    let given = |value: Option<String>| value.unwrap_or_else(|| "(not set)".to_owned());
    let rows = [
        row(
            "database-url",
            common.database_url()?.to_string(),
            either("database_url", "database_url_file"),
        ),
        row("listen", settings.listen.to_string(), from("listen")),
        row(
            "authentication",
            name(settings.authentication.to_possible_value()),
            from("authentication"),
        ),
        row("owner-email", given(settings.owner_email.clone()), from("owner_email")),
        row(
            "owner-password-file",
            path(&settings.owner_password_file),
            from("owner_password_file"),
        ),
        row("licence", shown(has_licence), either("licence", "licence_file")),
        row("log", log, from("log")),
        row("log-level", name(settings.log_level.to_possible_value()), from("log_level")),
        row(
            "metrics-listen",
            given(settings.metrics_listen.map(|address| address.to_string())),
            from("metrics_listen"),
        ),
        row(
            "stop-delay-seconds",
            settings.stop_delay_seconds.to_string(),
            from("stop_delay_seconds"),
        ),
        row("max-connections", settings.max_connections.to_string(), from("max_connections")),
        row("trusted-proxy", proxies, from("trusted_proxy")),
        row(
            "session-idle-minutes",
            settings.session_idle_minutes.to_string(),
            from("session_idle_minutes"),
        ),
        row("session-hours", settings.session_hours.to_string(), from("session_hours")),
        row("smtp-url", shown(settings.mail.is_given()), either("smtp_url", "smtp_url_file")),
        row("mail-from", given(settings.mail.from().map(str::to_owned)), from("mail_from")),
        row(
            "public-url",
            given(common.public_url()?.map(|url| url.to_string())),
            from("public_url"),
        ),
        row(
            "password-link-hours",
            common.password_link_hours().to_string(),
            from("password_link_hours"),
        ),
        row("hashing-threads", threads, from("hashing_threads")),
        row("api-key-days", common.api_key_days().to_string(), from("api_key_days")),
        row("api-key-max-days", common.api_key_max_days().to_string(), from("api_key_max_days")),
        row(
            "api-keys-never-expire",
            common.api_keys_never_expire().to_string(),
            from("api_keys_never_expire"),
        ),
        row(
            "password-min-length",
            common.password_min_length().to_string(),
            from("password_min_length"),
        ),
    ];
    Output::new(common.json).rows(&rows, &["setting", "value", "from"], |row| {
        vec![row.setting.to_owned(), row.value.clone(), row.from.to_owned()]
    })
}
