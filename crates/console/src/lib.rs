//! The web console: pages for people, rendered on the server.
//!
//! One page stands in one file of `pages`, with a template of the same name in `templates`; `views`
//! holds what pages share. Templates show data and hold no rule: what a caller may do, and why not,
//! reaches them ready to be shown. This crate translates forms into calls of the directory, and answers
//! and refusals into pages; it holds no rule.

mod assets;
mod cookie;
mod fields;
mod frame;
mod headers;
mod pages;
mod path;
mod refusal;
mod respond;
mod return_url;
mod routes;
mod state;
mod views;
mod visit;

pub use respond::problem_page;
pub use routes::router;
pub use state::Settings;
