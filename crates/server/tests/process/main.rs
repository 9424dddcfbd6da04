//! The program as a process: what whoever starts it, calls it or types a command sees.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod client;
mod crowd;
mod place;
mod program;
mod proxy;
mod server;
mod stage;
mod time;
mod trail;
mod vendor;

mod bad_requests;
mod cli_api_keys;
mod cli_data_domains;
mod cli_licence;
mod cli_migrate_health;
mod cli_recover_admin;
mod cli_users;
mod cli_users_export;
mod cli_users_import;
mod cli_users_import_faults;
mod cli_users_password;
mod cli_while_serving;
mod connections;
mod drain;
mod duels;
mod durability;
mod first_start;
mod hang_ups;
mod licence_live;
mod log_secrets;
mod lost_commits;
mod memory;
mod owner;
mod postgres_faults;
mod races;
mod refused_starts;
mod replicas;
mod rights;
mod secrets;
mod settings;
mod shutdown;
mod sign_in;
