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

pub use access::{Access, PasswordLink, PasswordRule};
pub use action::{Tone, action_label, action_tone};
pub use chrome::{Assets, Caller, Chrome, Notice, Section};
pub use credentials::{KeyRow, Keys, SessionRow, Sessions};
pub use done::done_text;
pub use errors::FieldErrors;
pub use links::{Link, Person, user_path};
pub use moment::Moment;
pub use roles::{
    DomainRole, DomainRoleForm, DomainRolesForm, RefusedRoles, RoleChoice, refused, what,
};
pub(crate) use roles::{domain_roles, domain_roles_in, role_in};
pub use seats::Seats;
