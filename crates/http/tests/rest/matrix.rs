//! Who may do what: every route and method for every kind of caller, over one's own user and over
//! somebody else's.

use axum::http::Method;
use dqops_users_domain::Role;
use serde_json::json;

use crate::{
    call::Call,
    stage::{Person, STRONG, Stage, UNKNOWN_TOKEN, model},
};

/// Whose user the path names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Whose {
    Nobodys,
    Own,
    Others,
}
use Whose::{Nobodys, Others, Own};

/// The callers in the order of the columns; `None` for anonymous and for an invalid token.
const CALLERS: [(&str, Option<Role>); 7] = [
    ("anonymous", None),
    ("invalid token", None),
    ("admin", Some(Role::Admin)),
    ("editor", Some(Role::Editor)),
    ("operator", Some(Role::Operator)),
    ("viewer", Some(Role::Viewer)),
    ("none", Some(Role::None)),
];

const ALL_VIEW: [u16; 7] = [401, 401, 200, 200, 200, 200, 403];
const ONLY_ADMIN: [u16; 7] = [401, 401, 204, 403, 403, 403, 403];
const ALL_CHANGE: [u16; 7] = [401, 401, 204, 204, 204, 204, 403];
const OPEN: [u16; 7] = [200; 7];

/// The status for each of [`CALLERS`].
const MATRIX: &[(&str, &str, Whose, [u16; 7])] = &[
    ("GET", "/api/users", Nobodys, ALL_VIEW),
    ("POST", "/api/users", Nobodys, [401, 401, 201, 403, 403, 403, 403]),
    ("GET", "/api/users/{email}", Own, ALL_VIEW),
    ("GET", "/api/users/{email}", Others, ALL_VIEW),
    ("PUT", "/api/users/{email}", Own, ONLY_ADMIN),
    ("PUT", "/api/users/{email}", Others, ONLY_ADMIN),
    ("DELETE", "/api/users/{email}", Own, ONLY_ADMIN),
    ("DELETE", "/api/users/{email}", Others, ONLY_ADMIN),
    ("PUT", "/api/users/{email}/password", Own, ALL_CHANGE),
    ("PUT", "/api/users/{email}/password", Others, ONLY_ADMIN),
    ("PUT", "/api/mypassword", Nobodys, ALL_CHANGE),
    ("GET", "/api/environment/issueapikey", Nobodys, ALL_VIEW),
    ("GET", "/api/environment/profile", Nobodys, ALL_VIEW),
    ("GET", "/api/ishealthy", Nobodys, OPEN),
    // The directory has an admin already, which is all that anyone learns here.
    ("POST", "/api/setup", Nobodys, [409; 7]),
    ("GET", "/openapi.json", Nobodys, OPEN),
    ("GET", "/swagger-ui/", Nobodys, OPEN),
    ("GET", "/", Nobodys, [307; 7]),
];

/// A GET that does something, which HEAD does not.
const HAS_EFFECT: &[&str] = &["/api/environment/issueapikey"];

/// The code that goes with a refusal.
fn code(caller: &str, status: u16) -> &'static str {
    match (caller, status) {
        ("anonymous", 401) => "authentication_required",
        ("invalid token", 401) => "invalid_credential",
        (_, 403) => "permission_denied",
        (_, 409) => "already_set_up",
        other => panic!("{other:?}"),
    }
}

/// The caller, and whoever else there is.
struct Cell {
    own: Person,
    other: Person,
    token: Option<String>,
}

impl Cell {
    async fn prepare(stage: &Stage, number: usize, caller: &str, role: Option<Role>) -> Self {
        let own =
            stage.person(&format!("own{number}@example.com"), role.unwrap_or(Role::Viewer)).await;
        let other = stage.person(&format!("other{number}@example.com"), Role::Operator).await;
        let token = match caller {
            "anonymous" => None,
            "invalid token" => Some(UNKNOWN_TOKEN.to_owned()),
            _ => Some(own.key.clone()),
        };
        Self { own, other, token }
    }

    fn call(&self, stage: &Stage, method: &str, path: &str, whose: Whose, number: usize) -> Call {
        let target = if whose == Own { &self.own } else { &self.other };
        let new = format!("new{number}@example.com");
        let address = path.replace("{email}", &target.email);
        let call = stage.call(method.parse().unwrap(), &address).anonymous();
        let call = match &self.token {
            None => call,
            Some(token) => call.by(token),
        };
        match (method, path) {
            ("POST", "/api/users") => call.json(&model(&new, "viewer")),
            ("PUT", "/api/users/{email}") => call.json(&model(&target.email, "viewer")),
            ("PUT", _) => call.json(&json!(STRONG)),
            ("POST", "/api/setup") => call.json(&json!({"code": "dqu_setup_0", "email": new})),
            _ => call,
        }
    }
}

#[tokio::test]
async fn every_cell_of_the_matrix_holds() {
    let stage = Stage::new().await;
    let mut number = 0;
    for (method, path, whose, statuses) in MATRIX {
        for ((caller, role), status) in CALLERS.into_iter().zip(statuses) {
            number += 1;
            let cell = Cell::prepare(&stage, number, caller, role).await;
            let before = stage.tag("/api/users").await;
            let case = format!("{method} {path} ({whose:?}) by {caller}");
            let answer = cell.call(&stage, method, path, *whose, number).send().await;
            assert_eq!(answer.status, *status, "{case}: {}", answer.text());
            if *status >= 400 {
                answer.refuses(*status, code(caller, *status));
                assert_eq!(stage.tag("/api/users").await, before, "{case} changed something");
                assert!(!stage.has_password(&cell.own.email).await, "{case} set a password");
                assert!(!stage.has_password(&cell.other.email).await, "{case} set a password");
            }
        }
    }
}

#[tokio::test]
async fn head_is_answered_as_get_is() {
    let stage = Stage::new().await;
    for (number, (_, path, whose, statuses)) in
        MATRIX.iter().filter(|row| row.0 == "GET" && !HAS_EFFECT.contains(&row.1)).enumerate()
    {
        for ((caller, role), status) in CALLERS.into_iter().zip(statuses) {
            let name = 100 * number + role.map_or(caller.len(), |role| role.strength().into());
            let cell = Cell::prepare(&stage, name, caller, role).await;
            let answer = cell.call(&stage, "HEAD", path, *whose, number).send().await;
            assert_eq!(answer.status, *status, "HEAD {path} ({whose:?}) by {caller}");
        }
    }
}

#[test]
fn no_route_is_missing_from_the_matrix_and_none_is_made_up() {
    let mut served: Vec<(Method, String)> = dqops_users_http::routes();
    let mut judged: Vec<(Method, String)> = MATRIX
        .iter()
        .map(|(method, path, ..)| (method.parse().unwrap(), (*path).to_owned()))
        .collect();
    for list in [&mut served, &mut judged] {
        list.sort_by_key(|(method, path)| (path.clone(), method.to_string()));
        list.dedup();
    }
    assert_eq!(served, judged);
    for (method, path, ..) in MATRIX.iter().filter(|row| row.1.contains("{email}")) {
        for whose in [Own, Others] {
            let is_there = |row: &&(_, _, _, _)| (row.0, row.1, row.2) == (*method, *path, whose);
            assert_eq!(MATRIX.iter().filter(is_there).count(), 1, "{method} {path} {whose:?}");
        }
    }
}
