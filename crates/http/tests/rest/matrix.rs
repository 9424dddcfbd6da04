//! Who may do what: every route and method for every kind of caller, over one's own user and over
//! somebody else's.

use axum::http::Method;
use dqops_users_domain::Role;
use dqops_users_trust::promise;
use futures_util::future::{join, join_all};
use serde_json::json;

use crate::{
    call::Call,
    sign_ins::Begun,
    stage::{Person, STRONG, Stage, Store, UNKNOWN_TOKEN, model, on_both_stores},
};

on_both_stores!(
    every_cell_of_the_matrix_holds,
    a_session_may_do_what_a_key_of_its_user_may_do_and_sign_out,
    head_is_answered_as_get_is,
);

/// Whose user, or whose sessions, the request names.
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
    ("POST", "/api/users/{email}/passwordlink", Own, [401, 401, 201, 403, 403, 403, 403]),
    ("POST", "/api/users/{email}/passwordlink", Others, [401, 401, 201, 403, 403, 403, 403]),
    ("GET", "/api/users/{email}/passwordlink", Own, [401, 401, 200, 403, 403, 403, 403]),
    ("GET", "/api/users/{email}/passwordlink", Others, [401, 401, 200, 403, 403, 403, 403]),
    ("DELETE", "/api/users/{email}/passwordlink", Own, ONLY_ADMIN),
    ("DELETE", "/api/users/{email}/passwordlink", Others, ONLY_ADMIN),
    ("PUT", "/api/mypassword", Nobodys, ALL_CHANGE),
    ("GET", "/api/environment/issueapikey", Nobodys, ALL_VIEW),
    ("GET", "/api/environment/profile", Nobodys, ALL_VIEW),
    ("GET", "/api/audit", Nobodys, [401, 401, 200, 403, 403, 403, 403]),
    ("GET", "/api/ishealthy", Nobodys, OPEN),
    ("GET", "/health/live", Nobodys, OPEN),
    ("GET", "/health/ready", Nobodys, OPEN),
    // The directory has an admin already, which is all that anyone learns here.
    ("POST", "/api/setup", Nobodys, [409; 7]),
    // Open to all; without a body nobody is signed in.
    ("POST", "/api/session", Nobodys, [406; 7]),
    // These callers show keys.
    ("DELETE", "/api/session", Nobodys, [401, 401, 404, 404, 404, 404, 404]),
    ("GET", "/api/sessions", Nobodys, [401, 401, 200, 403, 403, 403, 403]),
    ("GET", "/api/sessions", Own, ALL_VIEW),
    ("GET", "/api/sessions", Others, [401, 401, 200, 403, 403, 403, 403]),
    ("DELETE", "/api/sessions", Own, ALL_CHANGE),
    ("DELETE", "/api/sessions", Others, ONLY_ADMIN),
    ("DELETE", "/api/sessions/{id}", Own, ALL_CHANGE),
    ("DELETE", "/api/sessions/{id}", Others, [401, 401, 204, 404, 404, 404, 403]),
    ("GET", "/api/keys", Nobodys, [401, 401, 200, 403, 403, 403, 403]),
    ("GET", "/api/keys", Own, ALL_VIEW),
    ("GET", "/api/keys", Others, [401, 401, 200, 403, 403, 403, 403]),
    ("POST", "/api/keys", Nobodys, [401, 401, 201, 201, 201, 201, 403]),
    ("DELETE", "/api/keys/{id}", Own, ALL_CHANGE),
    ("DELETE", "/api/keys/{id}", Others, [401, 401, 204, 404, 404, 404, 403]),
    ("GET", "/openapi.json", Nobodys, OPEN),
    ("GET", "/swagger-ui/", Nobodys, OPEN),
];

/// A GET that does something, which HEAD does not.
const HAS_EFFECT: &[&str] = &["/api/environment/issueapikey"];

/// The code that goes with a refusal.
fn code(path: &str, caller: &str, status: u16) -> &'static str {
    match (caller, status) {
        ("anonymous", 401) => "authentication_required",
        ("invalid token", 401) => "invalid_credential",
        (_, 403) => "permission_denied",
        (_, 404) if path.starts_with("/api/keys") => "api_key_not_found",
        (_, 404) => "session_not_found",
        (_, 406) => "missing_field",
        (_, 409) => "already_set_up",
        other => panic!("{other:?}"),
    }
}

/// The caller, and whoever else there is.
struct Cell {
    own: Person,
    other: Person,
    own_session: Begun,
    other_session: Begun,
    token: Option<String>,
    links: [String; 2],
}

/// A user with a key, a session and a password link.
async fn with_credentials(stage: &Stage, name: &str, role: Role) -> (Person, Begun, String) {
    let person = stage.person(name, role).await;
    let (session, link) = join(stage.session_for(name), stage.link_for(name)).await;
    (person, session, link)
}

impl Cell {
    /// The cells of a row, all prepared at once.
    async fn row(stage: &Stage, row: usize, skipped: usize) -> Vec<(&'static str, Self)> {
        let callers = CALLERS.into_iter().enumerate().skip(skipped);
        let cells = callers.map(|(column, (caller, role))| async move {
            (caller, Self::prepare(stage, row * CALLERS.len() + column, caller, role).await)
        });
        join_all(cells).await
    }

    async fn prepare(stage: &Stage, number: usize, caller: &str, role: Option<Role>) -> Self {
        let (own, other) =
            (format!("own{number}@example.com"), format!("other{number}@example.com"));
        let own = with_credentials(stage, &own, role.unwrap_or(Role::Viewer));
        let other = with_credentials(stage, &other, Role::Operator);
        let ((own, own_session, own_link), (other, other_session, other_link)) =
            join(own, other).await;
        let token = match caller {
            "anonymous" => None,
            "invalid token" => Some(UNKNOWN_TOKEN.to_owned()),
            _ => Some(own.key.clone()),
        };
        let links = [own_link, other_link];
        Self { own, other, own_session, other_session, token, links }
    }

    fn call(&self, stage: &Stage, method: &str, path: &str, whose: Whose, number: usize) -> Call {
        let (target, session) = match whose {
            Own => (&self.own, &self.own_session),
            Others | Nobodys => (&self.other, &self.other_session),
        };
        let new = format!("new{number}@example.com");
        let id = if path.starts_with("/api/keys") { &target.key_id } else { &session.id };
        let address = path.replace("{email}", &target.email).replace("{id}", id);
        let address = match (path, whose) {
            ("/api/sessions" | "/api/keys", Nobodys) => format!("{address}?user=*"),
            ("/api/sessions" | "/api/keys", _) => format!("{address}?user={}", target.email),
            _ => address,
        };
        let call = stage.call(method.parse().unwrap(), &address).anonymous();
        let call = match &self.token {
            None => call,
            Some(token) => call.by(token),
        };
        match (method, path) {
            ("POST", "/api/users") => call.json(&model(&new, "viewer")),
            ("PUT", "/api/users/{email}") => call.json(&model(&target.email, "viewer")),
            ("PUT", _) => call.json(&json!(STRONG)),
            ("POST", "/api/session") => call.json(&json!({})),
            ("POST", "/api/keys") => call.json(&json!({"name": "a new one"})),
            ("POST", "/api/setup") => call.json(&json!({"code": "dqu_setup_0", "email": new})),
            _ => call,
        }
    }

    async fn assert_unchanged(&self, stage: &Stage, case: &str) {
        for user in [&self.own.email, &self.other.email] {
            assert!(!stage.has_password(user).await, "{case} set a password");
            assert_eq!(stage.count_sessions(user).await, 1, "{case} ended a session");
        }
        for link in &self.links {
            let open = stage.directory.look_at_password_link(link).await;
            assert!(open.is_ok(), "{case} ended a link");
        }
    }
}

async fn every_cell_of_the_matrix_holds(store: Store) {
    let trial = promise("A1", "each cell with a key", store.ground());
    let stage = Stage::on(store).await;
    for (row, (method, path, whose, statuses)) in MATRIX.iter().enumerate() {
        for ((caller, cell), status) in Cell::row(&stage, row, 0).await.into_iter().zip(statuses) {
            let before = stage.tag("/api/users").await;
            let case = format!("{method} {path} ({whose:?}) by {caller}");
            let number = row * CALLERS.len() + usize::from(*status);
            let answer = cell.call(&stage, method, path, *whose, number).send().await;
            assert_eq!(answer.status, *status, "{case}: {}", answer.text());
            if *status >= 400 {
                answer.refuses(*status, code(path, caller, *status));
                assert_eq!(stage.tag("/api/users").await, before, "{case} changed something");
                cell.assert_unchanged(&stage, &case).await;
            }
            trial.tried(1);
        }
    }
}

async fn a_session_may_do_what_a_key_of_its_user_may_do_and_sign_out(store: Store) {
    let trial = promise("A1", "each cell with a session", store.ground());
    let stage = Stage::on(store).await;
    for (row, (method, path, whose, statuses)) in MATRIX.iter().enumerate() {
        let cells = Cell::row(&stage, row, 2).await.into_iter().zip(&statuses[2..]);
        for ((caller, mut cell), status) in cells {
            cell.token = Some(cell.own_session.token.clone());
            let case = format!("{method} {path} ({whose:?}) by {caller} with a session");
            let is_sign_out = (*method, *path) == ("DELETE", "/api/session");
            let status = if is_sign_out { 204 } else { *status };
            let answer = cell.call(&stage, method, path, *whose, row).send().await;
            assert_eq!(answer.status, status, "{case}: {}", answer.text());
            if status >= 400 {
                answer.refuses(status, code(path, caller, status));
                cell.assert_unchanged(&stage, &case).await;
            }
            trial.tried(1);
        }
    }
}

async fn head_is_answered_as_get_is(store: Store) {
    let trial = promise("A1", "each cell of HEAD", store.ground());
    let stage = Stage::on(store).await;
    let answered = |row: &&(&str, &str, Whose, _)| row.0 == "GET" && !HAS_EFFECT.contains(&row.1);
    for (row, (_, path, whose, statuses)) in MATRIX.iter().filter(answered).enumerate() {
        for ((caller, cell), status) in Cell::row(&stage, row, 0).await.into_iter().zip(statuses) {
            let answer = cell.call(&stage, "HEAD", path, *whose, row).send().await;
            assert_eq!(answer.status, *status, "HEAD {path} ({whose:?}) by {caller}");
            trial.tried(1);
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
    let is_of_somebody =
        |path: &str| path.contains('{') || path.ends_with("/sessions") || path == "/api/keys";
    let of_somebody = MATRIX.iter().filter(|row| is_of_somebody(row.1) && row.0 != "POST");
    for (method, path, ..) in of_somebody {
        for whose in [Own, Others] {
            let is_there = |row: &&(_, _, _, _)| (row.0, row.1, row.2) == (*method, *path, whose);
            assert_eq!(MATRIX.iter().filter(is_there).count(), 1, "{method} {path} {whose:?}");
        }
    }
}
