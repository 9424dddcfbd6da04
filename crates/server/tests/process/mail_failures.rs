//! Mail servers that refuse, repeat, hang or are not there: the link is made, the admin is told, and the
//! log says why without any secret.

use std::{net::TcpListener, time::Duration};

use serde_json::{Value, json};

use crate::{
    mail::{JANE, PASSWORD, PATH, mailing},
    place::{Place, Store},
    server::Server,
    smtp_sink::{Manner, SmtpSink},
    time::timed,
};

/// Mails a link in vain; answers the server and how long it took.
fn mail_in_vain(place: &Place, url: &str) -> (Server, Duration) {
    let server = mailing(place, url).start();
    let admin = server.set_up();
    admin.add(JANE, "viewer").gives(201);
    let (reply, took) = timed(|| admin.post(PATH, &json!({"mail": true})));
    let reply = reply.refuses(503, "mail_not_sent");
    assert!(!reply.text().contains("127.0.0.1"), "{}", reply.text());
    assert_eq!(admin.get(PATH).gives(200).json()["expired"], false);
    (server, took)
}

/// The line of the log that says why.
fn reason(log: &str) -> String {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<_> = lines
        .filter(|line| line["message"] == "a password link could not be mailed")
        .map(|line| line["error"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found.len(), 1, "{log}");
    found.into_iter().next().unwrap()
}

#[test]
fn a_refusal_is_in_the_log_without_the_link() {
    for (manner, words, servers_words) in [
        (Manner::RefusesReceivers, "refused it with 5", "there is no such mailbox"),
        (Manner::RefusesAndRepeats, "refused it with 5", "looks bad"),
        (Manner::RefusesPasswords, "refused it with 535", "wrong password"),
        (Manner::HangsUp, "could not be reached, or broke off", "250 "),
    ] {
        let (place, sink) = (Place::new(Store::Sqlite), SmtpSink::start(manner));
        let user = format!("robot:{}@", PASSWORD.replace('@', "%40"));
        let (server, took) = mail_in_vain(&place, &sink.url(&user));
        assert!(took < Duration::from_secs(9), "{manner:?}: {took:?}");
        let log = server.stop().0.stderr;
        assert!(reason(&log).contains(words), "{manner:?}: {log}");
        assert!(!log.contains(servers_words), "it may repeat secrets: {manner:?}: {log}");
        assert!(!log.contains("dqu_link_") && !log.contains(PASSWORD), "{manner:?}: {log}");
        let repeats = sink.talk().mail.contains("dqu_link_");
        assert_eq!(repeats, manner == Manner::RefusesAndRepeats, "the test shows nothing");
    }
}

#[test]
fn a_mail_server_that_is_not_there_is_in_the_log() {
    let place = Place::new(Store::Sqlite);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (server, _) = mail_in_vain(&place, &format!("smtp://{address}"));
    let log = server.stop().0.stderr;
    assert!(reason(&log).contains("could not be reached"), "{log}");
}

#[test]
fn a_mail_server_without_the_encryption_that_is_wanted_gets_no_mail() {
    let (place, sink) = (Place::new(Store::Sqlite), SmtpSink::start(Manner::Takes));
    let url = format!("{}?tls=required", sink.url("robot:pw@"));
    let (server, _) = mail_in_vain(&place, &url);
    reason(&server.stop().0.stderr);
    let talk = sink.talk();
    assert!(talk.mail.is_empty(), "{talk:?}");
    assert!(!talk.commands.iter().any(|line| line.starts_with("AUTH")), "{talk:?}");
}

#[test]
fn a_mail_server_that_hangs_is_given_up_after_ten_seconds_and_holds_nobody_up() {
    let (place, sink) = (Place::new(Store::Sqlite), SmtpSink::start(Manner::Hangs));
    let server = mailing(&place, &sink.url("")).start();
    let admin = server.set_up();
    admin.add(JANE, "viewer").gives(201);
    let (waiting, other) = (admin.clone(), admin.clone());
    let mailing = std::thread::spawn(move || {
        timed(|| waiting.post(PATH, &json!({"mail": true})).refuses(503, "mail_not_sent"))
    });
    for number in 0..20 {
        let name = format!("user{number}@example.com");
        let role = "viewer";
        let ((), took) = timed(|| drop(other.add(&name, role)));
        assert!(took < Duration::from_secs(5), "it waited for the mail server: {took:?}");
    }
    let (_, took) = mailing.join().unwrap();
    assert!((9..14).contains(&took.as_secs()), "{took:?}");
    let log = server.stop().0.stderr;
    let said = reason(&log);
    assert!(said.contains("10 s") || said.contains("time"), "{said}");
}
