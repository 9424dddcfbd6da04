//! The lines of the log: each within a request has its id, and a storm of refusals is few lines.

use serde_json::{Value, json};

use crate::{
    client::Client,
    crowd::{BEHIND_A_PROXY, sign_ins},
    place::{Place, Store, on_both_stores},
    server::ADMIN,
    stage::Stage,
    time::{PATIENCE, eventually},
};

on_both_stores!(what_is_said_within_a_request_has_its_id,);

const PASSWORD: &str = "purple turtles dance at noon";

fn sign_in_as(client: &Client, id: &str) -> u16 {
    let body = json!({"email": ADMIN, "password": PASSWORD}).to_string();
    let head = client.head("POST", "/api/session", "application/json", body.len());
    let head = head.replace("\r\n\r\n", &format!("\r\nX-Request-Id: {id}\r\n\r\n"));
    let mut wire = client.connect().unwrap();
    wire.write(&(head + &body)).unwrap();
    let reply = wire.reply().unwrap();
    assert_eq!(reply.find("x-request-id"), Some(id));
    reply.status
}

/// The layer below says something, and knows nothing of requests.
fn what_is_said_within_a_request_has_its_id(store: Store) {
    for format in ["json", "text"] {
        let stage = Stage::new(store);
        stage.admin.put_text("/api/mypassword", PASSWORD).gives(204);
        stage.place.raw_either(
            "UPDATE passwords SET hash = replace(hash, 'm=19456', 'm=4194304')",
            "UPDATE passwords SET hash = replace(hash, 'm=19456', 'm=4194304')",
        );
        let server = stage.place.server().args(&["--log", format]).start();
        assert_eq!(sign_in_as(&server.anonymous(), "one.of-MINE_7"), 401);
        let log = server.stop().0.stderr;
        let line = log.lines().find(|line| line.contains("out of bounds")).unwrap();
        if format == "json" {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["request"], "one.of-MINE_7");
            assert_eq!(line["level"], "WARN");
        } else {
            assert!(line.ends_with(" request=one.of-MINE_7"), "{line}");
        }
        let without = log.lines().find(|line| line.contains("listening")).unwrap();
        assert!(!without.contains("request"), "{without}");
    }
}

/// All that is refused because the server is busy is in the log, as one line a second.
#[test]
fn a_storm_of_refusals_is_few_lines() {
    let place = Place::new(Store::Sqlite);
    let server = place
        .server()
        .args(&BEHIND_A_PROXY)
        .args(&["--log", "json", "--hashing-threads", "1"])
        .start();
    let mut wires = sign_ins(&server.anonymous(), 300);
    let replies = wires.iter_mut().map(|wire| wire.reply().unwrap().status);
    let refused = u64::try_from(replies.filter(|status| *status == 503).count()).unwrap();
    assert!(refused > 50, "{refused}");
    let lines = || {
        let log = server.log();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["level"] == "WARN" || line["level"] == "ERROR").collect::<Vec<_>>()
    };
    let counted = eventually(PATIENCE, "all are in the log", || {
        let lines = lines();
        let counted = lines.iter().filter_map(|line| line["refused"].as_u64()).sum::<u64>();
        (counted >= refused).then_some(counted)
    });
    assert_eq!(counted, refused);
    let lines = lines();
    assert!(lines.iter().all(|line| line["refused"].is_u64()), "{lines:?}");
    assert!(lines.len() < 20, "{lines:?}");
}
