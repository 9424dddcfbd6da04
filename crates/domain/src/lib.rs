//! The users, roles and licences of a DQOps installation, as plain types and rules.
//!
//! This crate does no I/O and knows no runtime, no web framework and no database, so that any
//! DQOps component can take it in. It answers two questions: *what may this user do*, and
//! *what does the licence allow*.
//!
//! ```
//! use dqops_users_domain::licence::{ChangeRoles, CreateUser, Licence};
//! use dqops_users_domain::{Email, Permission, Role, Roles};
//!
//! // An email has one canonical form; two spellings of one address are one user.
//! let email: Email = " Jane.Doe@Example.COM ".parse()?;
//! assert_eq!(email.as_str(), "jane.doe@example.com");
//!
//! // Rights follow from the role. In a data domain the stronger of the two roles counts.
//! let sales = "sales".parse()?;
//! let roles = Roles::new(Role::Viewer).with_domain_role(sales, Role::Operator);
//! assert!(roles.account.grants(Permission::View));
//! assert!(!roles.account.grants(Permission::Operate));
//! assert!(roles.effective_in(&"sales".parse()?).grants(Permission::Operate));
//!
//! // A gated operation needs a permit, and only a licence makes one.
//! let started = "2026-01-01T00:00:00Z".parse()?;
//! let licence = Licence::evaluation(started);
//! let day_two = "2026-01-02T00:00:00Z".parse()?;
//! assert!(licence.permit(CreateUser { users: 4 }, day_two).is_ok());
//! assert!(licence.permit(CreateUser { users: 5 }, day_two).is_err(), "all five seats are taken");
//!
//! // After the evaluation, rights can still be taken away, but no longer given.
//! let later = "2026-03-01T00:00:00Z".parse()?;
//! let demotion = roles.change_to(&Roles::new(Role::None));
//! assert!(licence.permit(ChangeRoles { change: demotion, users: 4 }, later).is_ok());
//! assert!(licence.permit(CreateUser { users: 4 }, later).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
pub mod licence;

mod api_key;
mod data_domain;
mod email;
mod epoch;
mod password;
mod password_link;
mod role;
mod session;
mod token;
mod user;

pub use api_key::{ApiKey, ApiKeyId};
pub use data_domain::{DataDomainName, DataDomainNameError};
pub use email::{Email, EmailError};
pub use epoch::Epoch;
pub use password::{Password, PasswordError, PasswordHash};
pub use password_link::PasswordLink;
pub use role::{Permission, Role, UnknownRole};
pub use session::{Session, SessionId};
pub use token::{Token, TokenDigest, TokenKind};
pub use user::{AccessChange, DataDomainRoles, Roles, User, UserId};
