//! The pages, one a file: what each shows, and how it comes about.

pub(crate) mod about;
pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod error;
pub(crate) mod forgot;
pub(crate) mod home;
pub(crate) mod licence;
pub(crate) mod password_link;
pub(crate) mod secret;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod user;
pub(crate) mod user_delete;
pub(crate) mod user_new;
pub(crate) mod users;
