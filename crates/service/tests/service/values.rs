//! Shortcuts for the values that tests are written with.

use std::collections::BTreeMap;

use dqops_users_domain::{DataDomainName, DataDomainRoles, Email, Password, Role};
use dqops_users_service::{ImportRow, UserInput};

/// Passwords that the policy takes.
pub(crate) const STRONG: &str = "correct horse battery staple";
pub(crate) const OTHER_STRONG: &str = "purple turtles like quiet rivers";

pub(crate) fn email(text: &str) -> Email {
    text.parse().unwrap()
}

pub(crate) fn domain(name: &str) -> DataDomainName {
    name.parse().unwrap()
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

/// What is sent to create a user, or to change a user's account role.
pub(crate) fn input(email: &Email, role: Role) -> UserInput {
    UserInput { email: Some(email.clone()), account_role: Some(role), data_domain_roles: None }
}

/// What is sent to change a user's data domain roles alone.
pub(crate) fn domain_input(email: &Email, roles: &[(&str, Role)]) -> UserInput {
    UserInput {
        email: Some(email.clone()),
        account_role: None,
        data_domain_roles: Some(domain_roles(roles)),
    }
}

pub(crate) fn domain_roles(roles: &[(&str, Role)]) -> DataDomainRoles {
    roles.iter().map(|(name, role)| (domain(name), *role)).collect()
}

pub(crate) fn import_row(row: u64, email: &str, role: &str) -> ImportRow {
    ImportRow {
        row,
        email: email.to_owned(),
        account_role: role.to_owned(),
        data_domain_roles: None,
    }
}

pub(crate) fn import_row_with_domains(
    row: u64,
    email: &str,
    role: &str,
    domains: &[(&str, &str)],
) -> ImportRow {
    let domains: BTreeMap<_, _> =
        domains.iter().map(|&(name, role)| (name.to_owned(), role.to_owned())).collect();
    ImportRow { data_domain_roles: Some(domains), ..import_row(row, email, role) }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble| char::from_digit(u32::from(nibble), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Asserts that something was refused, and with exactly which reason.
macro_rules! assert_refused {
    ($result:expr, $reason:pat $(if $guard:expr)?) => {
        match $result {
            Err($reason) $(if $guard)? => {}
            other => panic!("{other:?}"),
        }
    };
}

pub(crate) use assert_refused;
