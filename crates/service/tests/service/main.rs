//! The use cases of the directory, on a store of their own and without HTTP.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod clock;
mod interposed;
mod operations;
mod raw;
mod stage;
mod values;
mod vendor;

mod admin_races;
mod api_keys;
mod audit;
mod audit_silence;
mod cache;
mod data_domain_roles;
mod data_domains;
mod deletion_races;
mod email_immutability;
mod health;
mod import;
mod import_limits;
mod interleavings;
mod last_admin;
mod licence_states;
mod licence_time;
mod licence_tokens;
mod list_versions;
mod lists;
mod owner_mode;
mod password_upgrades;
mod passwords;
mod permissions;
mod profile;
mod recovery;
mod rights_of_now;
mod seat_races;
mod set_up;
mod sign_in_timing;
mod tokens_at_rest;
mod versions;
