//! The pages, one a file.

pub mod about;
pub mod account;
pub mod audit;
pub mod error;
pub mod forgot;
pub mod licence;
pub mod password_link;
pub mod secret;
pub mod set_up;
pub mod sign_in;
pub mod user;
pub mod user_delete;
pub mod user_new;
pub mod users;
