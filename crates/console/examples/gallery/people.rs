//! The list of users, one user, one's own account.

use std::error::Error;

use dqops_users_console::{
    pages::{
        account::{AccountPage, KeyForm, PasswordForm},
        secret::{SecretKind, SecretPage},
        user::{Deletion, RolesForm, UserManagement, UserPage},
        user_delete::UserDeletePage,
        user_new::UserNewPage,
        users::{Adding, ColumnHead, Sorted, UserHeads, UserRow, UsersPage, UsersQuery},
    },
    views::{
        Access, Chrome, FieldErrors, Keys, Link, Notice, PasswordRule, Seats, Section, Sessions,
    },
};
use dqops_users_domain::Role;

use crate::{
    Gallery,
    sample::{
        HOSTILE, access, admin, at, choices, domain_roles, keys, long_email, no_domains, nobody,
        noted, sessions, twelve_domains, viewer,
    },
};

const RULE: PasswordRule = PasswordRule { min_length: 12 };
const FULL: &str = "the licence has 50 seats and all are taken; delete a user or install a licence with more seats";
const LAPSED: &str = "the evaluation has lapsed, and with it giving users more rights; install a valid licence. Users can still be seen, demoted and deleted";

pub(crate) fn put(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    lists(gallery)?;
    new_users(gallery)?;
    users(gallery)?;
    deletions(gallery)?;
    secrets(gallery)?;
    accounts(gallery)
}

fn head(name: &str, sorted: Option<Sorted>) -> ColumnHead {
    ColumnHead { href: format!("/users?sort={name}"), sorted }
}

fn rows(shows_access: bool) -> Vec<UserRow> {
    let names =
        ["ada.admin", "bogdan", "chiara.rossi", "d", "erika.mustermann", "farouk", "grażyna"];
    let mut rows: Vec<UserRow> = (0..24)
        .map(|index| UserRow {
            email: match index {
                5 => long_email(),
                9 => format!("{HOSTILE}@example.com"),
                _ if index < 7 => format!("{}@example.com", names[index]),
                _ => format!("{}{index}@data.example.org", names[index % 7]),
            },
            role: Role::ALL[(index * 3) % 5],
            domain_roles: if index % 4 == 3 { index % 3 } else { 0 },
            access: shows_access.then(|| access(index)),
            added: at(i64::try_from(index).unwrap_or_default(), 321),
            is_self: index == 0,
        })
        .collect();
    rows[4].access = shows_access.then(|| Access { has_password: true, ..access(2) });
    rows
}

fn lists(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let all = UsersPage {
        chrome: admin(Section::Users),
        query: UsersQuery { search: String::new(), role: None, sort: String::new() },
        heads: UserHeads {
            email: head("-email", Some(Sorted::Ascending)),
            role: head("role", None),
            added: head("added", None),
        },
        rows: rows(true),
        seats: Seats { used: 24, total: 50 },
        adding: Adding::Offered,
        first: None,
        next: Some("/users?after=abc".to_owned()),
    };
    gallery.put("users", &all)?;
    let full = UsersPage {
        chrome: noted(admin(Section::Users), Notice::Done("The user was deleted.".to_owned())),
        query: UsersQuery {
            search: "example".to_owned(),
            role: Some(Role::Viewer),
            sort: "-added".to_owned(),
        },
        heads: UserHeads {
            email: head("email", None),
            role: head("role", None),
            added: head("added", Some(Sorted::Descending)),
        },
        seats: Seats { used: 50, total: 50 },
        adding: Adding::Refused(FULL.to_owned()),
        first: Some("/users".to_owned()),
        ..all.clone()
    };
    gallery.put("users-full", &full)?;
    let seen = UsersPage {
        chrome: viewer(Section::Users),
        rows: rows(false),
        adding: Adding::Hidden,
        ..all.clone()
    };
    gallery.put("users-viewer", &seen)?;
    let none = UsersPage { rows: Vec::new(), next: None, ..full };
    gallery.put("users-no-match", &none)?;
    let open = UsersPage {
        chrome: Chrome { without_authentication: true, ..admin(Section::Users) },
        rows: rows(true).into_iter().take(1).collect(),
        seats: Seats { used: 1, total: 5 },
        next: None,
        ..all
    };
    gallery.put("users-without-authentication", &open)
}

fn new_users(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let fresh = UserNewPage {
        chrome: admin(Section::Users),
        seats: Seats { used: 49, total: 50 },
        refusal: None,
        effects: vec!["This uses the last seat.".to_owned()],
        email: String::new(),
        roles: choices(Role::Viewer, &[], ""),
        domains: no_domains(),
        makes_link: true,
        errors: FieldErrors::none(),
    };
    gallery.put("user-new", &fresh)?;
    let wrong = UserNewPage {
        email: HOSTILE.to_owned(),
        domains: twelve_domains(),
        errors: FieldErrors::none()
            .with("email", "There is a user with this email already.")
            .with("domain-2", "There is no such data domain any more."),
        ..fresh.clone()
    };
    gallery.put("user-new-errors", &wrong)?;
    let full = UserNewPage {
        seats: Seats { used: 53, total: 50 },
        refusal: Some(FULL.to_owned()),
        ..fresh
    };
    gallery.put("user-new-refused", &full)
}

fn users(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let path = "/users/chiara.rossi@example.com";
    let plain = UserPage {
        chrome: noted(admin(Section::Users), Notice::Done("The roles were saved.".to_owned())),
        email: "chiara.rossi@example.com".to_owned(),
        role: Role::Operator,
        domain_roles: domain_roles(),
        added: at(2, 321),
        is_self: false,
        management: Some(UserManagement {
            roles: RolesForm {
                version: "12".to_owned(),
                choices: choices(Role::Operator, &[], ""),
                domains: twelve_domains(),
                effects: Vec::new(),
            },
            access: Access { has_password: true, ..access(2) },
            password_rule: RULE,
            keys: keys(path),
            sessions: sessions(path, false),
            deletion: Deletion {
                effects: ["ends 3 sessions", "revokes 3 keys", "frees a seat"]
                    .map(str::to_owned)
                    .to_vec(),
                refusal: None,
            },
        }),
        errors: FieldErrors::none(),
    };
    gallery.put("user", &plain)?;
    let last =
        "This is the last admin: somebody else must be one before this one is demoted or deleted.";
    let own = UserPage {
        chrome: Chrome {
            may_mail: false,
            ..noted(admin(Section::Users), Notice::Error("The roles were not saved.".to_owned()))
        },
        email: long_email(),
        role: Role::Admin,
        is_self: true,
        management: Some(UserManagement {
            roles: RolesForm {
                version: "13".to_owned(),
                choices: choices(
                    Role::Admin,
                    &[Role::Editor, Role::Operator, Role::Viewer, Role::None],
                    "this is the last admin",
                ),
                domains: no_domains(),
                effects: vec![last.to_owned()],
            },
            access: access(4),
            password_rule: RULE,
            keys: Keys { owner_path: path.to_owned(), rows: Vec::new() },
            sessions: Sessions { owner_path: path.to_owned(), rows: Vec::new() },
            deletion: Deletion { effects: Vec::new(), refusal: Some(last.to_owned()) },
        }),
        errors: FieldErrors::none()
            .with("accountRole", "This role cannot be chosen.")
            .with("password", "It has 7 characters; 12 are needed."),
        ..plain.clone()
    };
    gallery.put("user-last-admin", &own)?;
    let mut lapsed = plain.clone();
    if let Some(management) = &mut lapsed.management {
        management.roles.choices = choices(Role::Operator, &[Role::Admin, Role::Editor], LAPSED);
        management.access = access(3);
    }
    gallery.put("user-lapsed", &lapsed)?;
    let seen = UserPage { chrome: viewer(Section::Users), management: None, ..plain };
    gallery.put("user-viewer", &seen)
}

fn deletions(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let plain = UserDeletePage {
        chrome: admin(Section::Users),
        email: "ada.admin@example.com".to_owned(),
        deletion: Deletion {
            effects: ["Ends 2 sessions", "Revokes 3 keys", "Frees a seat"]
                .map(str::to_owned)
                .to_vec(),
            refusal: None,
        },
        warning: Some(
            "This is you: you are signed out at once and cannot sign in again.".to_owned(),
        ),
        confirm: "ada".to_owned(),
        errors: FieldErrors::none().with("confirm", "This is not the email of the user."),
    };
    gallery.put("user-delete", &plain)?;
    let hostile = UserDeletePage {
        email: long_email(),
        warning: None,
        confirm: String::new(),
        errors: FieldErrors::none(),
        ..plain.clone()
    };
    gallery.put("user-delete-long", &hostile)?;
    let deletion = Deletion {
        effects: Vec::new(),
        refusal: Some("This is the last admin: make somebody else an admin first.".to_owned()),
    };
    gallery.put("user-delete-refused", &UserDeletePage { deletion, ..plain })
}

fn secrets(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let link = SecretPage {
        chrome: noted(admin(Section::Users), Notice::Done("The user was added.".to_owned())),
        kind: SecretKind::PasswordLink { email: "jane@example.com".to_owned(), until: at(26, 640) },
        secret: "https://users.example.com/password/dqu_link_7k2mq9d4x8v3t6w1z5n0c2b4h6j8p0r2"
            .to_owned(),
        next: Link { href: "/users/jane@example.com".to_owned(), label: "To the user".to_owned() },
    };
    gallery.put("secret-link", &link)?;
    let key = SecretPage {
        chrome: admin(Section::Account),
        kind: SecretKind::ApiKey { name: HOSTILE.to_owned(), until: Some(at(91, 480)) },
        secret: "dqu_key_7k2mq9d4x8v3t6w1z5n0c2b4h6j8p0r2".to_owned(),
        next: Link { href: "/account".to_owned(), label: "To my account".to_owned() },
    };
    gallery.put("secret-key", &key)
}

fn accounts(gallery: &mut Gallery) -> Result<(), Box<dyn Error>> {
    let plain = AccountPage {
        chrome: admin(Section::Account),
        email: "ada.admin@example.com".to_owned(),
        role: Role::Admin,
        domain_roles: domain_roles(),
        added: at(0, 321),
        password: PasswordForm { has_password: true, rule: RULE },
        keys: keys("/account"),
        key_form: KeyForm {
            name: HOSTILE.to_owned(),
            days: "9999".to_owned(),
            default_days: 90,
            max_days: 366,
            may_never_expire: true,
            never: false,
            refusal: None,
        },
        sessions: sessions("/account", true),
        errors: FieldErrors::none()
            .with("current", "This is not your password.")
            .with("days", "366 at the most."),
    };
    gallery.put("account", &plain)?;
    let bare = AccountPage {
        chrome: nobody(Section::Account),
        email: "nora.none@example.com".to_owned(),
        role: Role::None,
        domain_roles: Vec::new(),
        password: PasswordForm { has_password: false, rule: RULE },
        keys: Keys { owner_path: "/account".to_owned(), rows: Vec::new() },
        key_form: KeyForm {
            name: String::new(),
            days: String::new(),
            may_never_expire: false,
            ..plain.key_form.clone()
        },
        errors: FieldErrors::none(),
        ..plain
    };
    gallery.put("account-none", &bare)
}
