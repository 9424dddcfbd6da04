//! Extractors: the common work of the endpoints, with our own rejections.

mod audit_query;
mod body;
mod caller;
mod conditions;
mod email_path;
mod id_path;
mod members;
mod optional_object;
mod parameters;
mod password_body;
mod user_body;
mod user_query;
mod whose_query;

pub(crate) use audit_query::AuditPageQuery;
pub(crate) use caller::Authenticated;
pub(crate) use conditions::Conditions;
pub(crate) use email_path::EmailPath;
pub(crate) use id_path::{KeyPath, SessionPath};
pub(crate) use members::{JsonObject, Members, SecretObject};
pub(crate) use optional_object::OptionalObject;
pub(crate) use password_body::PasswordBody;
pub(crate) use user_body::{UserBody, email as email_of};
pub(crate) use user_query::UserQuery;
pub(crate) use whose_query::Whose;
