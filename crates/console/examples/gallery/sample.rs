//! Sample data that several pages show.

use dqops_users_console::views::{
    Access, Assets, Caller, Chrome, DomainRole, DomainRoleForm, DomainRolesForm, KeyRow, Keys,
    Moment, Notice, PasswordLink, RoleChoice, Section, SessionRow, Sessions,
};
use dqops_users_domain::Role;
use jiff::Timestamp;

/// What a hostile user would call things.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

/// An email of 254 characters.
pub(crate) fn long_email() -> String {
    let domain = ["department-of-data-quality-and-governance"; 4].join(".");
    let local = "maximilian.alexander.von.und.zu.hohenlohe-waldenburg-schilling";
    let start = format!("{local}@{domain}.");
    format!("{start}{}.example", "x".repeat(254 - start.len() - ".example".len()))
}

/// A point in time of a day in November.
pub(crate) fn at(day: i64, minute: i64) -> Moment {
    let seconds = 1_793_491_200 + day * 86_400 + minute * 60; // from 2026-11-01
    Moment::from(Timestamp::from_second(seconds).unwrap_or_default())
}

/// The frame before the sign-in.
pub(crate) fn outside() -> Chrome {
    Chrome {
        assets: Assets {
            css: "app.css".to_owned(),
            js: "app.js".to_owned(),
            icon: "favicon.svg".to_owned(),
        },
        caller: None,
        section: None,
        notice: None,
        may_mail: true,
        without_authentication: false,
        is_insecure: false,
    }
}

/// The frame of an admin.
pub(crate) fn admin(section: Section) -> Chrome {
    let caller = Caller {
        name: "ada.admin@example.com".to_owned(),
        has_account: true,
        may_view: true,
        may_manage: true,
    };
    Chrome { caller: Some(caller), section: Some(section), ..outside() }
}

/// The frame of a viewer.
pub(crate) fn viewer(section: Section) -> Chrome {
    let caller =
        Caller { name: long_email(), has_account: true, may_view: true, may_manage: false };
    Chrome { caller: Some(caller), section: Some(section), ..outside() }
}

/// The frame of whoever may do nothing.
pub(crate) fn nobody(section: Section) -> Chrome {
    let caller = Caller {
        name: "nora.none@example.com".to_owned(),
        has_account: true,
        may_view: false,
        may_manage: false,
    };
    Chrome { caller: Some(caller), section: Some(section), ..outside() }
}

/// The same frame with a note.
pub(crate) fn noted(chrome: Chrome, notice: Notice) -> Chrome {
    Chrome { notice: Some(notice), ..chrome }
}

/// Every role, one of them selected, some refused.
pub(crate) fn choices(selected: Role, refused: &[Role], reason: &str) -> Vec<RoleChoice> {
    let choice = |role| RoleChoice {
        role,
        is_selected: role == selected,
        refusal: refused.contains(&role).then(|| reason.to_owned()),
    };
    Role::ALL.map(choice).to_vec()
}

const DOMAINS: [&str; 12] = [
    "(default)",
    "Sales",
    "Finance",
    "Human resources",
    "Marketing-EMEA",
    "Supply_chain",
    "Manufacturing plants and warehouses of the northern hemisphere incl subsidiaries and partners 2026ab",
    "Research",
    "Legal",
    "Customer care",
    "Logistics",
    "IT operations",
];

/// Roles in twelve data domains.
pub(crate) fn twelve_domains() -> DomainRolesForm {
    let rows = DOMAINS.iter().enumerate().map(|(index, domain)| DomainRoleForm {
        domain: (*domain).to_owned(),
        choices: choices(if index % 3 == 1 { Role::Editor } else { Role::None }, &[], ""),
    });
    DomainRolesForm { rows: rows.collect(), refusal: None }
}

/// The same, to look at.
pub(crate) fn domain_roles() -> Vec<DomainRole> {
    let all = DOMAINS.iter().skip(1).step_by(3);
    all.map(|name| DomainRole { domain: (*name).to_owned(), role: Role::Editor }).collect()
}

/// No data domains, as the licence has none.
pub(crate) fn no_domains() -> DomainRolesForm {
    let refusal = "The TEAM licence does not include data domain roles; it needs a licence of type ENTERPRISE.";
    DomainRolesForm { rows: Vec::new(), refusal: Some(refusal.to_owned()) }
}

/// Ways to get in.
pub(crate) fn access(kind: usize) -> Access {
    match kind % 5 {
        0 | 1 => Access { has_password: true, link: None },
        2 => Access { has_password: false, link: Some(PasswordLink::Open(at(26, 640))) },
        3 => Access { has_password: false, link: Some(PasswordLink::Expired(at(20, 640))) },
        _ => Access { has_password: false, link: None },
    }
}

/// Three keys.
pub(crate) fn keys(owner_path: &str) -> Keys {
    let key = |id: u32, name: &str, expires, last_used, is_expired| KeyRow {
        id: format!("019ab0c4-0000-7000-8000-{id:012}"),
        name: name.to_owned(),
        created: at(1, 480),
        expires,
        last_used,
        is_expired,
    };
    let rows = vec![
        key(1, "nightly checks on the warehouse", Some(at(91, 480)), Some(at(23, 321)), false),
        key(2, HOSTILE, None, None, false),
        key(3, "", Some(at(5, 480)), Some(at(4, 12)), true),
    ];
    Keys { owner_path: owner_path.to_owned(), rows }
}

/// Three sessions.
pub(crate) fn sessions(owner_path: &str, is_own: bool) -> Sessions {
    let session = |id: u32, client: &str, address: &str, is_this| SessionRow {
        id: format!("019ab0c4-0000-7000-8000-{id:012}"),
        client: client.to_owned(),
        address: address.to_owned(),
        began: at(23, 300),
        last_used: at(23, 321),
        ends: at(23, 1020),
        is_this,
    };
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let rows = vec![
        session(1, firefox, "192.0.2.17", is_own),
        session(2, "python-httpx/0.28.1", "2001:db8:85a3:8d3:1319:8a2e:370:7348", false),
        session(3, "", "127.0.0.1", false),
    ];
    Sessions { owner_path: owner_path.to_owned(), rows }
}
