//! The data domains in which users can have roles, under an ENTERPRISE licence.

mod add;
mod list;
mod remove;
