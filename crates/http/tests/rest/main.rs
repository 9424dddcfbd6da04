//! The REST API over a directory of its own, called in process: what goes over the wire and nothing
//! below it.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod answer;
mod call;
mod clock;
mod members;
mod sign_ins;
mod stage;
mod vendor;

mod audit;
mod body_limits;
mod boundary;
mod change_password;
mod content_types;
mod create_user;
mod credentials;
mod cross_site;
mod data_domains;
mod delete_user;
mod entity_tags;
mod forwarded;
mod get_user;
mod health;
mod identifiers;
mod issue_api_key;
mod json_bodies;
mod keys;
mod licence_states;
mod list_users;
mod mass_assignment;
mod matrix;
mod methods;
mod mode_none;
mod openapi;
mod overload;
mod pages;
mod password_bodies;
mod password_links;
mod paths;
mod preconditions;
mod profile;
mod sessions;
mod set_up;
mod sign_in;
mod swagger_ui;
mod update_user;
