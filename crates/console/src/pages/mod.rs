//! The pages, one a file: what each shows, and how it comes about.

pub mod about;
pub mod account;
pub mod audit;
pub mod error;
pub mod forgot;
pub(crate) mod home;
pub mod licence;
pub mod password_link;
pub mod secret;
pub mod set_up;
pub mod sign_in;
pub(crate) mod sign_out;
pub mod user;
pub mod user_delete;
pub mod user_new;
pub mod users;
