//! What pages share: the frame around them and the small things that they show.

mod access;
mod action;
mod chrome;
mod credentials;
mod done;
mod errors;
mod links;
mod moment;
mod roles;
mod seats;

pub(crate) use access::{Access, PasswordLink, PasswordRule};
pub(crate) use action::{Tone, action_label, action_tone};
pub(crate) use chrome::{Assets, Caller, Chrome, Notice, Section};
pub(crate) use credentials::{Keys, Sessions};
pub(crate) use done::done_text;
pub(crate) use errors::FieldErrors;
pub(crate) use links::{Link, Person, user_path};
pub(crate) use moment::Moment;
pub(crate) use roles::{DomainRole, DomainRoleForm, DomainRolesForm, RoleChoice, refused, what};
pub(crate) use roles::{domain_roles, domain_roles_in, role_in};
pub(crate) use seats::Seats;
