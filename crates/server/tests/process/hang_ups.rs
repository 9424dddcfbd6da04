//! D4 in small: clients hang up at any moment of a change; it is made whole or not at all.

use std::{net::Shutdown, thread, time::Duration};

use serde_json::json;

use crate::{
    client::Client,
    place::{Store, on_both_stores},
    stage::Stage,
    trail::whole_directory,
    vendor,
};

on_both_stores!(a_client_that_hangs_up_cuts_no_change_in_half);

const CLIENTS: usize = 8;

/// Changes that each client asks for.
const CHANGES: usize = 30;

/// The clients wait from nothing to so many milliseconds for their answer.
const LONGEST_WAIT: usize = 50;

/// Asks for a change, and hangs up before or after its answer; answers its status if it came.
fn ask_and_hang_up(
    admin: &Client,
    method: &str,
    email: &str,
    role: &str,
    wait: u64,
) -> Option<u16> {
    let mut wire = admin.connect().unwrap();
    let body = json!({
        "email": email, "accountRole": role, "dataDomainRoles": {"(default)": role}
    })
    .to_string();
    let path = if method == "POST" { "/api/users" } else { &format!("/api/users/{email}") };
    let kind = "application/json";
    wire.write(&(admin.head(method, path, kind, body.len()) + &body)).unwrap();
    if wait == 0 {
        wire.stream().shutdown(Shutdown::Both).unwrap();
        return None;
    }
    wire.stream().set_read_timeout(Some(Duration::from_millis(wait))).unwrap();
    wire.reply().ok().map(|reply| reply.status)
}

/// Adds users, changes and deletes some; answers those whose adding was acknowledged and who were not touched again.
fn client(admin: &Client, name: usize) -> Vec<String> {
    let mut sure = Vec::new();
    for number in 0..CHANGES {
        let wait = |turn: usize| ((number * 17 + name * 7 + turn * 5) % LONGEST_WAIT) as u64;
        let email = format!("user{name}-{number}@example.com");
        let made = ask_and_hang_up(admin, "POST", &email, "viewer", wait(0));
        assert!(matches!(made, None | Some(201)), "{made:?}");
        match number % 3 {
            0 if made == Some(201) => sure.push(email),
            0 => {}
            1 => drop(ask_and_hang_up(admin, "PUT", &email, "editor", wait(1))),
            _ => drop(ask_and_hang_up(admin, "DELETE", &email, "viewer", wait(1))),
        }
    }
    sure
}

fn a_client_that_hangs_up_cuts_no_change_in_half(store: Store) {
    let stage = Stage::with_licence(store, &vendor::enterprise());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|name| {
            let admin = stage.admin.clone();
            thread::spawn(move || client(&admin, name))
        })
        .collect();
    let sure: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let mut wire = stage.admin.connect().unwrap();
    for number in 0..100 {
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
}
