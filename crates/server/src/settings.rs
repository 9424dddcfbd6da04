//! Settings: a flag, else the environment, else a file named by either, else the default.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use dqops_users_domain::Password;
use dqops_users_service::{KeyLimits, PasswordPolicy, Settings};
use jiff::SignedDuration;

use crate::{public_url::PublicUrl, storage::DatabaseUrl, vendor_key};

/// Where the directory is kept when nothing else is said.
const DEFAULT_DATABASE_URL: &str = "sqlite://data/users.db";

/// Settings of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct CommonSettings {
    /// Where the directory is kept: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`
    /// [default: `sqlite://data/users.db`]
    #[arg(
        long,
        global = true,
        env = "DQOPS_USERS_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        help_heading = "Common options"
    )]
    database_url: Option<String>,

    /// A file that holds the database URL, for a URL with a password
    #[arg(
        long,
        global = true,
        env = "DQOPS_USERS_DATABASE_URL_FILE",
        value_name = "FILE",
        help_heading = "Common options"
    )]
    database_url_file: Option<PathBuf>,

    /// A file that holds the password of the database's user, for a URL without it
    #[arg(
        long,
        global = true,
        env = "DQOPS_USERS_DATABASE_PASSWORD_FILE",
        value_name = "FILE",
        help_heading = "Common options"
    )]
    database_password_file: Option<PathBuf>,

    /// Characters that a new password needs, 8 or more
    #[arg(long, global = true, env = "DQOPS_USERS_PASSWORD_MIN_LENGTH", value_name = "N", default_value_t = PasswordPolicy::DEFAULT_MIN_LENGTH, help_heading = "Common options")]
    password_min_length: usize,

    /// Days that an API key holds when it is issued without saying how long
    #[arg(long, global = true, env = "DQOPS_USERS_API_KEY_DAYS", value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650), help_heading = "Common options")]
    api_key_days: u32,

    /// Days that an API key may hold at the most; the command line may issue longer ones
    #[arg(long, global = true, env = "DQOPS_USERS_API_KEY_MAX_DAYS", value_name = "DAYS", default_value_t = 366, value_parser = clap::value_parser!(u32).range(1..=3650), help_heading = "Common options")]
    api_key_max_days: u32,

    /// Allow users to issue API keys that hold until they are revoked
    #[arg(
        long,
        global = true,
        env = "DQOPS_USERS_API_KEYS_NEVER_EXPIRE",
        help_heading = "Common options"
    )]
    api_keys_never_expire: bool,

    /// The address under which people reach the server, such as <https://users.example.com>: password
    /// links begin with it
    #[arg(
        long,
        global = true,
        env = "DQOPS_USERS_PUBLIC_URL",
        value_name = "URL",
        help_heading = "Common options"
    )]
    public_url: Option<String>,

    /// Hours that a password link holds
    #[arg(long, global = true, env = "DQOPS_USERS_PASSWORD_LINK_HOURS", value_name = "N", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=720), help_heading = "Common options")]
    password_link_hours: u32,

    /// Print JSON instead of a table
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
}

impl CommonSettings {
    pub(crate) fn database_url(&self) -> Result<DatabaseUrl> {
        let given = given(self.database_url.as_deref(), self.database_url_file.as_ref())?;
        let text = given.as_deref().unwrap_or(DEFAULT_DATABASE_URL);
        let url: DatabaseUrl = text
            .parse()
            .map_err(|reason| anyhow::anyhow!("the database URL cannot be used: {reason}"))?;
        match self::given(None, self.database_password_file.as_ref())? {
            Some(password) => url
                .with_password(password)
                .context("--database-password-file is for Postgres; a file has no password"),
            None => Ok(url),
        }
    }

    pub(crate) const fn password_min_length(&self) -> usize {
        self.password_min_length
    }

    pub(crate) const fn api_key_days(&self) -> u32 {
        self.api_key_days
    }

    pub(crate) const fn api_key_max_days(&self) -> u32 {
        self.api_key_max_days
    }

    pub(crate) const fn api_keys_never_expire(&self) -> bool {
        self.api_keys_never_expire
    }

    pub(crate) fn public_url(&self) -> Result<Option<PublicUrl>> {
        let given = given(self.public_url.as_deref(), None)?;
        let parse = |text: String| {
            text.parse().map_err(|wanted| anyhow::anyhow!("--public-url cannot be used: {wanted}"))
        };
        given.map(parse).transpose()
    }

    pub(crate) const fn password_link_hours(&self) -> u32 {
        self.password_link_hours
    }

    pub(crate) fn service(&self) -> Result<Settings> {
        let policy = PasswordPolicy::with_min_length(self.password_min_length);
        let Some(password_policy) = policy else {
            bail!(
                "--password-min-length must be from {} to {}",
                PasswordPolicy::LEAST_MIN_LENGTH,
                PasswordPolicy::MAX_LENGTH
            );
        };
        let days = |days| SignedDuration::from_hours(24 * i64::from(days));
        let api_keys = KeyLimits {
            usual: days(self.api_key_days),
            longest: days(self.api_key_max_days.max(self.api_key_days)),
            may_never_expire: self.api_keys_never_expire,
        };
        let defaults = Settings::new(vendor_key::pinned()?);
        let password_link_lifetime = SignedDuration::from_hours(self.password_link_hours.into());
        Ok(Settings { password_policy, api_keys, password_link_lifetime, ..defaults })
    }
}

/// The value given, else the content of the file given. What is blank counts as not given.
pub(crate) fn given(value: Option<&str>, file: Option<&PathBuf>) -> Result<Option<String>> {
    if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
        return Ok(Some(value.trim().to_owned()));
    }
    let Some(file) = file else { return Ok(None) };
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// The password in a file; the line end after it does not count, everything else does.
pub(crate) fn password_in(file: &PathBuf) -> Result<Password> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Password::new(text.to_owned()).with_context(|| format!("the password in {}", file.display()))
}
