//! Connections that are slow or too many: each is bounded, and good clients do not wait for them.

use std::{io::ErrorKind, net::TcpStream, thread, time::Duration};

use rustix::process::Signal;

use crate::{
    client::{Client, Wire},
    place::{Place, Store},
    stage::Stage,
    time::{PATIENCE, eventually, now, spare, timed},
};

const HEALTH: &str = "/api/ishealthy";

pub(crate) fn is_well(client: &Client) {
    assert_eq!(client.get(HEALTH).gives(200).text(), "\"OK\"");
}

/// How long it takes until the server closes the connection.
fn closed_after(mut wire: Wire) -> Duration {
    let (end, took) = timed(|| wire.reply().unwrap_err());
    assert_ne!(end.kind(), ErrorKind::WouldBlock, "the server did not close the connection");
    took
}

/// Sends a head byte by byte, for as long as the server takes it.
fn drip_a_head(wire: &mut Wire) -> Duration {
    let began = now();
    let mut head = "GET /api/ishealthy HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_owned();
    head.push_str(&"x".repeat(100));
    for byte in head.chars() {
        if wire.write(&byte.to_string()).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    began.elapsed()
}

/// Sends a body byte by byte, never pausing for long, for as long as the server takes it.
fn drip_a_body(wire: &mut Wire, client: &Client) -> Duration {
    let began = now();
    wire.write(&client.head("POST", "/api/session", "application/json", 100)).unwrap();
    for _ in 0..100 {
        if wire.write(" ").is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    began.elapsed()
}

/// It takes up the only connection, and more answers than fit on the way.
#[test]
fn a_client_that_does_not_read_is_dropped() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().args(&["--max-connections", "1"]).start();
    let client = server.anonymous();
    let mut greedy = client.connect().unwrap();
    for _ in 0..20 {
        greedy.write("GET /swagger-ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    }
    let ((), took) = timed(|| is_well(&client));
    assert!(took < Duration::from_secs(10) + spare(), "{took:?}");
}

/// All waits of 10 seconds run beside each other, and a good client all the while.
#[test]
fn a_head_or_a_body_that_does_not_come_is_waited_for_ten_seconds() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().start();
    let client = server.anonymous();
    let silent = client.connect().unwrap();
    let mut half = client.connect().unwrap();
    half.write("GET /api/ishealthy HTTP/1.1\r\nHost: loc").unwrap();
    let mut idle = client.connect().unwrap();
    idle.ask(&client, "GET", HEALTH, None).unwrap().gives(200);
    let mut dripping = client.connect().unwrap();
    let (mut sending, sender) = (client.connect().unwrap(), client.clone());
    let waiting = [
        ("silent", thread::spawn(|| closed_after(silent))),
        ("half", thread::spawn(|| closed_after(half))),
        ("idle", thread::spawn(|| closed_after(idle))),
        ("dripping", thread::spawn(move || drip_a_head(&mut dripping))),
        ("a dripping body", thread::spawn(move || drip_a_body(&mut sending, &sender))),
    ];
    while !waiting.iter().all(|(_, thread)| thread.is_finished()) {
        let ((), took) = timed(|| is_well(&client));
        assert!(took < Duration::from_secs(2), "a good client waited {took:?}");
        thread::sleep(Duration::from_millis(50));
    }
    for (which, thread) in waiting {
        let took = thread.join().unwrap();
        let wanted = Duration::from_secs(7)..Duration::from_secs(11) + spare();
        assert!(wanted.contains(&took), "{which}: {took:?}");
    }
}

#[test]
fn a_body_that_stalls_is_given_up_with_408() {
    let stage = Stage::new(Store::Sqlite);
    let mut wire = stage.admin.connect().unwrap();
    let head = stage.admin.head("POST", "/api/users", "application/json", 100);
    wire.write(&(head + "{\"email\":")).unwrap();
    let (reply, took) = timed(|| wire.reply().unwrap());
    reply.refuses(408, "request_timeout");
    assert!(Duration::from_secs(3) < took && took < Duration::from_secs(9), "{took:?}");
    // What comes late is not taken for another request.
    let late = wire.write("GET /api/users HTTP/1.1\r\n\r\n").and_then(|()| wire.reply());
    late.unwrap_err();
    is_well(&stage.admin);
}

/// The system keeps them until they are accepted, so that nobody has to try again a second later.
#[test]
fn of_many_who_come_at_once_nobody_is_turned_away_before_the_server_looks_at_them() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().start();
    let client = server.anonymous();
    server.signal(Signal::STOP);
    let come = || TcpStream::connect_timeout(&client.address(), Duration::from_millis(900));
    let waiting: Result<Vec<_>, _> = (0..500).map(|_| come()).collect();
    server.signal(Signal::CONT);
    drop(waiting.unwrap());
    is_well(&client);
}

#[test]
fn one_connection_more_than_there_may_be_waits_for_its_turn() {
    let place = Place::new(Store::Sqlite);
    let server = place.server().args(&["--max-connections", "3"]).start();
    let client = server.anonymous();
    let mut open: Vec<_> = (0..3).map(|_| client.connect().unwrap()).collect();
    for wire in &mut open {
        wire.ask(&client, "GET", HEALTH, None).unwrap().gives(200);
    }
    let mut waiting = client.connect().unwrap();
    waiting.write(&client.head("GET", HEALTH, "", 0)).unwrap();
    waiting.stream().set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let end = waiting.reply().unwrap_err();
    assert_eq!(end.kind(), ErrorKind::WouldBlock, "it was answered, or refused: {end}");
    // Those who have their place are served meanwhile.
    for wire in &mut open {
        wire.ask(&client, "GET", HEALTH, None).unwrap().gives(200);
    }
    drop(open.pop());
    waiting.stream().set_read_timeout(Some(PATIENCE)).unwrap();
    waiting.reply().unwrap().gives(200);
    drop((open, waiting));
    eventually(PATIENCE, "all places are free again", || {
        let mut wires: Vec<_> = (0..3).map(|_| client.connect().unwrap()).collect();
        let mut asked = wires.iter_mut().map(|wire| wire.ask(&client, "GET", HEALTH, None));
        asked.all(|reply| reply.is_ok_and(|reply| reply.status == 200)).then_some(())
    });
}

/// Shells and service managers often allow a process 1,024 open files unless it asks for more.
#[test]
fn the_server_asks_for_as_many_open_files_as_its_connections_need() {
    let place = Place::new(Store::Sqlite);
    let program = place.server().args(&["--max-connections", "300"]);
    let server = program.after("ulimit -Sn 64").start();
    let client = server.anonymous();
    let mut open: Vec<_> = (0..200).map(|_| client.connect().unwrap()).collect();
    for wire in &mut open {
        wire.ask(&client, "GET", HEALTH, None).unwrap().gives(200);
    }
    assert!(!server.stop().0.stderr.contains("WARN"));

    let program = place.server().args(&["--max-connections", "300"]);
    let (done, _) = program.after("ulimit -n 128").start().stop();
    assert!(done.stderr.contains("raise the limit (ulimit -n"), "{}", done.stderr);
}
