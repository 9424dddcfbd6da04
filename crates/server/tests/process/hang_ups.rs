//! D4: clients hang up at any moment of a change; it is made whole or not at all.

use std::{
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::Client,
    dice,
    place::{Store, on_both_stores},
    stage::Stage,
    time::PATIENCE,
    trail::whole_directory,
    vendor,
};

on_both_stores!(
    a_client_that_hangs_up_cuts_no_change_in_half,
    a_request_that_breaks_off_at_any_byte_changes_nothing,
);

const CLIENTS: usize = 25;

/// The clients wait from nothing to so many microseconds for their answer, but one of ten until it comes.
const LONGEST_WAIT: u64 = 20_000;

/// Asks for a change, and hangs up before or after its answer; answers its status if it came.
fn ask_and_hang_up(
    admin: &Client,
    method: &str,
    email: &str,
    role: &str,
    wait: Duration,
) -> Option<u16> {
    let mut wire = admin.connect().unwrap();
    let body = json!({
        "email": email, "accountRole": role, "dataDomainRoles": {"(default)": role}
    })
    .to_string();
    let path = if method == "POST" { "/api/users" } else { &format!("/api/users/{email}") };
    let kind = "application/json";
    wire.write(&(admin.head(method, path, kind, body.len()) + &body)).unwrap();
    if wait.is_zero() {
        wire.stream().shutdown(Shutdown::Both).unwrap();
        return None;
    }
    wire.stream().set_read_timeout(Some(wait)).unwrap();
    wire.reply().ok().map(|reply| reply.status)
}

/// Adds users, changes and deletes some, until so many hung up before an answer; answers those whose
/// adding was acknowledged and who were not touched again.
fn client(admin: &Client, name: usize, wanted: usize, hasty: &AtomicUsize) -> Vec<String> {
    let mut sure = Vec::new();
    for number in (0..).take_while(|_| hasty.load(Ordering::Relaxed) < wanted) {
        let (method, whose) = match number % 5 {
            0 => ("POST", number),
            1 | 3 => ("POST", number + 1),
            2 => ("PUT", number),
            _ => ("DELETE", number),
        };
        let email = format!("user{name}-{whose}@example.com");
        let role = if method == "PUT" { "editor" } else { "viewer" };
        let micros = dice::throw((name * 1_000_003 + number) as u64, LONGEST_WAIT);
        let wait = if number % 10 == 0 { PATIENCE } else { Duration::from_micros(micros) };
        match (method, ask_and_hang_up(admin, method, &email, role, wait)) {
            (_, None) => drop(hasty.fetch_add(1, Ordering::Relaxed)),
            ("POST", Some(201)) if whose == number => sure.push(email),
            // An adding that nobody waited for may come after what was to follow it.
            ("POST", Some(201)) | (_, Some(204 | 404)) => {}
            other => panic!("{email}: {other:?}"),
        }
    }
    sure
}

fn a_client_that_hangs_up_cuts_no_change_in_half(store: Store) {
    let trial = promise("D4", "clients that hang up within 20 ms", store.ground());
    let wanted = count(200, 10_000);
    let stage = Stage::with_licence(store, &vendor::enterprise());
    let hasty = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|name| {
            let (admin, hasty) = (stage.admin.clone(), Arc::clone(&hasty));
            thread::spawn(move || client(&admin, name, wanted, &hasty))
        })
        .collect();
    let sure: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    assert!(!sure.is_empty(), "nobody waited for an answer");
    let clean = count(200, 1_000);
    let mut wire = stage.admin.connect().unwrap();
    for number in 0..clean / 2 {
        let email = format!("after{number}@example.com");
        let user = json!({"email": email, "accountRole": "viewer"}).to_string();
        let sent = Some(("application/json", user.as_str()));
        wire.ask(&stage.admin, "POST", "/api/users", sent).unwrap().gives(201);
        wire.ask(&stage.admin, "GET", &format!("/api/users/{email}"), None).unwrap().gives(200);
    }
    let users = whole_directory(&stage.place);
    for email in &sure {
        let kept = json!({"accountRole": "viewer", "dataDomainRoles": {"(default)": "viewer"}});
        assert_eq!(users.get(email), Some(&kept), "{email} was acknowledged");
    }
    let log = stage.server.log();
    assert!(!log.contains("ERROR") && !log.contains("panic"), "{log}");
    trial.tried(hasty.load(Ordering::Relaxed));
    trial.figure(format!("{clean} clean requests afterwards"));
}

/// Wherever it breaks off, with an orderly end or with a reset, short of its last byte.
fn a_request_that_breaks_off_at_any_byte_changes_nothing(store: Store) {
    let trial = promise("D4", "requests that break off at each of their bytes", store.ground());
    let stage = Stage::with_licence(store, &vendor::enterprise());
    let body = json!({"email": "half@example.com", "accountRole": "viewer"}).to_string();
    let head = stage.admin.head("POST", "/api/users", "application/json", body.len());
    let request = head + &body;
    for end in (0..request.len()).step_by(count(7, 1)) {
        let mut wire = stage.admin.connect().unwrap();
        wire.write(&request[..end]).unwrap();
        match end % 3 {
            0 => wire.stream().shutdown(Shutdown::Write).unwrap(),
            1 => rustix::net::sockopt::set_socket_linger(wire.stream(), Some(Duration::ZERO))
                .unwrap(),
            _ => {}
        }
        if end % 3 == 0 {
            // What ends in the midst of its body is told so; of a head nobody is left to tell.
            let answer = wire.reply().ok().map(|reply| reply.status);
            assert!(matches!(answer, None | Some(400)), "{answer:?} after {end} bytes");
        }
        trial.tried(1);
    }
    stage.admin.get("/api/users/half@example.com").refuses(404, "user_not_found");
    let users = whole_directory(&stage.place);
    assert_eq!(users.len(), 1, "{users:?}");
    let log = stage.server.log();
    assert!(!log.contains("ERROR") && !log.contains("panic"), "{log}");
    stage.admin.add("half@example.com", "viewer").gives(201);
}
