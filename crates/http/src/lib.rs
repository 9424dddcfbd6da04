//! The users REST API over the service layer.
//!
//! This crate translates: requests into calls of the directory, answers and errors back. It holds no
//! rule. One endpoint stands in one file of `endpoints`; `extract` does the common work.
//! What stands around every request, and how errors become answers, is in `dqops_users_web`.

mod endpoints;
mod etag;
mod extract;
mod list_cache;
mod models;
mod openapi;
mod router;
mod state;

pub use dqops_users_web::Limits;
pub use openapi::document as openapi_document;
pub use router::{Settings, api, router, routes};
pub use state::Authentication;
