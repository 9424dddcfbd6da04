//! The command line: what can be typed, and what becomes of it.

mod api_key;
mod audit;
mod backup;
mod config;
mod copy;
mod copying;
mod data_domain;
mod health;
mod input;
mod licence;
mod migrate;
mod openapi;
mod output;
mod partial;
mod password;
mod recover_admin;
mod restore;
mod session;
mod user;

use std::{env, ffi::OsString, net::SocketAddr, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{
    Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable,
};

use crate::{
    serve::{self, ServeSettings},
    settings::CommonSettings,
};

/// The user directory of a DQOps installation, on your own premises.
///
/// Without a command it serves: on <http://localhost:8888>, with its data in ./data. All other commands
/// work on the same database, also while the server runs, and what they change takes effect at once.
#[derive(Parser, Debug)]
#[command(
    name = "dqops-users",
    version,
    max_term_width = 100,
    propagate_version = true,
    after_help = "Settings can be given as flags or in the environment; `dqops-users config` shows which are in force.\n\
        Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong usage."
)]
struct CommandLine {
    #[command(flatten)]
    common: CommonSettings,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the REST API (this is also what happens without a command)
    Serve(Box<ServeSettings>),
    /// List, add, change, delete, import and export users
    #[command(subcommand)]
    User(user::UserCommand),
    /// Issue, list and revoke API keys
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Show, install and remove the licence
    #[command(subcommand)]
    Licence(licence::LicenceCommand),
    /// Add, list and remove data domains (ENTERPRISE)
    #[command(subcommand)]
    DataDomain(data_domain::DataDomainCommand),
    /// List what was done, export it, and verify that nothing of it was edited
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Make a user an admin when nobody else can, adding the user if need be, or set an admin's
    /// password anew
    RecoverAdmin(recover_admin::RecoverAdmin),
    /// Write all of the directory as it is now to a file, also while servers run on it
    ///
    /// The file holds password hashes, so it is readable for its owner alone: keep it so.
    Backup(backup::Backup),
    /// Take a backup back, into a database in which nothing is
    Restore(restore::Restore),
    /// Copy the directory to another database, of the same kind or the other
    Copy(copy::Copy),
    /// Make the database if there is none, and bring its schema up to date, as the server does when it
    /// starts
    Migrate,
    /// Show the settings in force, without secrets
    Config(Box<ServeSettings>),
    /// Ask the server on this machine whether it is well, so that it can work on requests: exit code 0 if
    /// it is
    Health {
        /// Only ask whether it answers, whatever its database does
        #[arg(long)]
        live: bool,

        /// Where it listens
        #[arg(
            long,
            env = "DQOPS_USERS_LISTEN",
            value_name = "ADDR:PORT",
            default_value = "127.0.0.1:8888"
        )]
        listen: SocketAddr,
    },
    /// Print the OpenAPI document of the REST API
    #[command(hide = true)]
    Openapi,
}

/// Runs the command that was typed.
pub(crate) fn run() -> ExitCode {
    let command = without_empty_variables(CommandLine::command());
    let matches = command.get_matches_from(with_default_command(env::args_os()));
    let line = match CommandLine::from_arg_matches(&matches) {
        Ok(line) => line,
        Err(error) => error.exit(),
    };
    let outcome = match line.command {
        Command::Serve(settings) => serve(&line.common, &settings),
        Command::Config(settings) => config::run(&line.common, &settings, &matches),
        Command::Health { listen, live } => health::run(listen, live),
        Command::Openapi => openapi::run(),
        command => {
            serve::start_command_log();
            run_command(&line.common, command)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Takes a variable that is set to nothing for one that is not set: docker compose passes unset ones on so.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty =
        |arg: &Arg| arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg })
        .mut_subcommands(without_empty_variables)
}

/// `serve` where no command was typed, whatever flags were.
fn with_default_command(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.collect();
    let line = CommandLine::command();
    let is_command = |arg: &OsString| {
        let known = |name: &str| arg == name;
        known("help") || line.get_subcommands().any(|command| known(command.get_name()))
    };
    let asks = |arg: &OsString| ["-h", "--help", "-V", "--version"].iter().any(|flag| arg == flag);
    // A first word that is no flag is meant as a command, and clap says which there are.
    let is_word = args.get(1).is_some_and(|arg| !arg.to_string_lossy().starts_with('-'));
    if !is_word && !args.iter().skip(1).any(|arg| is_command(arg) || asks(arg)) {
        args.insert(1.min(args.len()), "serve".into());
    }
    args
}

fn serve(common: &CommonSettings, settings: &ServeSettings) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("the runtime could not be started")?.block_on(serve::run(common, settings))
}

fn run_command(common: &CommonSettings, command: Command) -> Result<()> {
    if let Command::Audit(command) = &command
        && let Some((file, options)) = command.offline()
    {
        return audit::run_offline(&output::Output::new(common.json), file, options);
    }
    run_once(common, command)
}

fn run_once(common: &CommonSettings, command: Command) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the runtime could not be started")?.block_on(async {
        let command = match command {
            Command::Restore(command) => {
                return copying::unless_stopped(Box::pin(command.run(common))).await;
            }
            Command::Copy(command) => {
                return copying::unless_stopped(Box::pin(command.run(common))).await;
            }
            command => command,
        };
        let session = match command {
            Command::Migrate => session::Session::open(common, true).await?,
            // Whoever verifies the trail must not write to it.
            Command::Audit(_) => session::Session::look(common).await?,
            _ => session::Session::open(common, false).await?,
        };
        let outcome = match command {
            Command::User(command) => user::run(&session, command).await,
            Command::ApiKey(command) => api_key::run(&session, command).await,
            Command::Licence(command) => licence::run(&session, command).await,
            Command::DataDomain(command) => data_domain::run(&session, command).await,
            Command::Audit(command) => audit::run(&session, command).await,
            Command::RecoverAdmin(command) => command.run(&session).await,
            Command::Backup(command) => {
                copying::unless_stopped(Box::pin(command.run(common, &session))).await
            }
            Command::Migrate => migrate::run(&session).await,
            Command::Serve(_)
            | Command::Config(_)
            | Command::Health { .. }
            | Command::Openapi
            | Command::Restore(_)
            | Command::Copy(_) => Ok(()),
        };
        session.close().await;
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> String {
        let args = line.split(' ').map(OsString::from);
        let args = with_default_command(args).into_iter().map(|arg| arg.into_string().unwrap());
        args.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default() {
        assert_eq!(completed("dqops-users"), "dqops-users serve");
        assert_eq!(completed("dqops-users --listen x"), "dqops-users serve --listen x");
        assert_eq!(completed("dqops-users --json user list"), "dqops-users --json user list");
        assert_eq!(completed("dqops-users --help"), "dqops-users --help");
        assert_eq!(completed("dqops-users help user"), "dqops-users help user");
    }
}
