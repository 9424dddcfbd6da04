//! The web console: pages for people, rendered on the server.
//!
//! One page stands in one file of `pages`, with a template of the same name in `templates`; `views`
//! holds what pages share. Templates show data and hold no rule: what a caller may do, and why not,
//! reaches them ready to be shown.

pub mod pages;
pub mod views;
