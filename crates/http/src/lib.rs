//! The users REST API over the service layer.
//!
//! This crate translates: requests into calls of the directory, answers and errors back. It holds no
//! rule. One endpoint stands in one file of `endpoints`; `extract` does the common work;
//! `problem` is the one place that maps errors to answers.

mod admission;
mod boundary;
mod cross_site;
mod endpoints;
mod etag;
mod extract;
mod list_cache;
mod models;
mod openapi;
mod problem;
mod router;
mod state;

pub use openapi::document as openapi_document;
pub use router::{LINK_PATH, Limits, Settings, router, routes};
pub use state::Authentication;
