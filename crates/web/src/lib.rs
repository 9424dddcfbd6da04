//! What the REST adapter and the console share of HTTP: who is let in, from where a request comes,
//! and how an error becomes an answer.
//!
//! Both adapters stand side by side on this crate, so that neither has to know the other. Their
//! routers are merged and get everything that stands around a request from [`around`], once.

/// What the path of a password link begins with; its token follows.
pub const LINK_PATH: &str = "/password/";

mod admission;
mod around;
mod body;
mod boundary;
mod client;
pub mod cross_site;
mod failure;
mod figures;
mod pages;
mod problem;
mod refusals;
mod request_id;
mod stopping;
#[cfg(feature = "traces")]
mod traces;

pub use around::{Limits, Settings, around};
pub use body::read_body;
pub use client::Client;
pub use failure::Failure;
pub use pages::Pages;
pub use problem::{FieldProblem, PROBLEM_JSON, Problem};
pub use request_id::with_current_request_id;
pub use stopping::Stopping;
#[cfg(feature = "traces")]
pub use traces::SPANS;
