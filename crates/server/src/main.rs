//! The user directory of a DQOps installation: the server and its command line.

mod cli;
mod mail;
mod public_url;
mod secret;
mod serve;
mod settings;
mod stop_signals;
mod storage;
mod vendor_key;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
