//! Password links by mail: what reaches the mail server, and what never reaches the log.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use dqops_users_domain::TokenDigest;
use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    program::Program,
    smtp_sink::{Manner, SmtpSink},
    time::block_on,
};

on_both_stores!(a_link_is_mailed_and_neither_it_nor_the_password_is_in_the_log);

pub(crate) const JANE: &str = "jane@example.com";
pub(crate) const PATH: &str = "/api/users/jane@example.com/passwordlink";

/// The mail server's password; it has to be encoded in a URL.
pub(crate) const PASSWORD: &str = "s3cret@canary";

const BASE: &str = "https://users.example.com/password/";

/// A server that talks much and mails by the mail server at that URL.
pub(crate) fn mailing(place: &Place, url: &str) -> Program {
    let program = place.server().args(&["--log", "json", "--log-level", "trace"]);
    let program = program.args(&["--public-url", "https://users.example.com"]);
    program.args(&["--mail-from", "DQOps <dqops@example.com>"]).env("DQOPS_USERS_SMTP_URL", url)
}

fn url_of(sink: &SmtpSink) -> String {
    sink.url(&format!("robot:{}@", PASSWORD.replace('@', "%40")))
}

/// The text of a mail that may be written as quoted-printable (RFC 2045 §6.7).
fn decoded(mail: &str) -> String {
    if !mail.contains("quoted-printable") {
        return mail.to_owned();
    }
    mail.replace("=\n", "").replace("=3D", "=")
}

fn a_link_is_mailed_and_neither_it_nor_the_password_is_in_the_log(store: Store) {
    let (place, sink) = (Place::new(store), SmtpSink::start(Manner::Takes));
    let server = mailing(&place, &url_of(&sink)).start();
    let admin = server.set_up();
    admin.add(JANE, "viewer").gives(201);
    let issued = admin.post(PATH, &json!({"mail": true})).gives(201).json();
    let link = issued["link"].as_str().unwrap();
    let token = link.strip_prefix(BASE).unwrap();

    let talk = sink.talk();
    let login = BASE64_STANDARD.encode(format!("\0robot\0{PASSWORD}"));
    let commands: Vec<_> = talk.commands.iter().map(|line| line.trim_end()).collect();
    let begin = ["EHLO users.example.com".to_owned(), format!("AUTH PLAIN {login}")];
    assert_eq!(commands[..2], begin, "{commands:?}");
    assert!(commands[2].starts_with("MAIL FROM:<dqops@example.com>"), "{commands:?}");
    assert!(commands[3].starts_with("RCPT TO:<jane@example.com>"), "{commands:?}");
    assert_eq!(commands[4], "DATA", "{commands:?}");
    let mail = decoded(&talk.mail);
    assert!(mail.lines().any(|line| line == link), "{mail}");
    for line in [
        "From: DQOps <dqops@example.com>",
        "To: jane@example.com",
        "Subject: Set your DQOps password",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(mail.contains(line), "{line} is not in {mail}");
    }
    assert!(mail.contains("\nDate: "), "{mail}");
    let digest = TokenDigest::of(token);
    let whose = block_on(async {
        let storage = place.open().await;
        let mut reader = storage.read().await.unwrap();
        let found = reader.find_password_link(&digest).await.unwrap();
        drop(reader);
        storage.close().await;
        found.map(|(_, email)| String::from(email))
    });
    assert_eq!(whose.as_deref(), Some(JANE));

    let (done, _) = server.stop();
    let log = format!("{}{}", done.stdout, done.stderr);
    for secret in [token, link, PASSWORD, "s3cret%40canary", &login] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    assert!(log.contains("\"TRACE\"") || log.contains("\"DEBUG\""), "{log}");
    assert!(!log.contains("without encryption"), "it goes to this machine: {log}");
}

#[test]
fn a_link_that_is_not_to_be_mailed_is_not() {
    let (place, sink) = (Place::new(Store::Sqlite), SmtpSink::start(Manner::Takes));
    let server = mailing(&place, &sink.url("")).start();
    let admin = server.set_up();
    admin.add(JANE, "viewer").gives(201);
    admin.send("POST", PATH, None).unwrap().gives(201);
    admin.post(PATH, &json!({})).gives(201);
    admin.post(PATH, &json!({"mail": true})).gives(201);
    // Without a user in the URL nobody signs in.
    let commands = sink.talk().commands;
    assert!(!commands.iter().any(|line| line.starts_with("AUTH")), "{commands:?}");
}

#[test]
fn the_mail_server_can_stand_in_a_file() {
    let (place, sink) = (Place::new(Store::Sqlite), SmtpSink::start(Manner::Takes));
    place.file("smtp", &format!("{}\n", url_of(&sink)));
    let program = mailing(&place, "").env("DQOPS_USERS_SMTP_URL_FILE", "smtp");
    let server = program.start();
    let admin = server.set_up();
    admin.add(JANE, "viewer").gives(201);
    admin.post(PATH, &json!({"mail": true})).gives(201);
    assert!(sink.talk().mail.contains("dqops@example.com"));
}
