//! Mail that is set up by half, or wrongly, is refused at the start and not at the first link.

use crate::place::{Place, Store};

const URL: &str = "smtp://robot:s3cret@mail.example.com";
const PUBLIC: [&str; 2] = ["--public-url", "https://users.example.com"];
const FROM: [&str; 2] = ["--mail-from", "dqops@example.com"];

fn refused(args: &[&[&str]]) -> String {
    let place = Place::new(Store::Sqlite);
    let said = place.server().args(&args.concat()).run().fails(1);
    assert!(!said.contains("s3cret"), "{said}");
    assert!(!place.folder().join("users.db").exists(), "it made a database");
    said
}

#[test]
fn mail_needs_a_public_address_and_a_sender() {
    let said = refused(&[&["--smtp-url", URL], &FROM]);
    assert!(said.contains("--public-url") && said.contains("https://users.example.com"), "{said}");
    let said = refused(&[&["--smtp-url", URL], &PUBLIC]);
    assert!(said.contains("--mail-from") && said.contains("dqops@example.com"), "{said}");
    let said = refused(&[&["--smtp-url", URL], &PUBLIC, &["--mail-from", " "]]);
    assert!(said.contains("--mail-from"), "{said}");
}

#[test]
fn what_is_no_mail_server_and_no_address_is_refused() {
    for url in [
        "mail.example.com",
        "http://robot:s3cret@mail.example.com",
        "smtp://robot:s3cret@mail.example.com?tls=maybe",
        "smtp://robot:s3cret@mail.example.com?ssl=required",
    ] {
        let said = refused(&[&["--smtp-url", url], &PUBLIC, &FROM]);
        assert!(said.contains("smtp://USER:PASSWORD@HOST:PORT?tls=required"), "{said}");
    }
    let said = refused(&[&["--smtp-url", URL], &PUBLIC, &["--mail-from", "DQOps"]]);
    assert!(said.contains("--mail-from is no address"), "{said}");
    let said = refused(&[&["--smtp-url-file", "missing"], &PUBLIC, &FROM]);
    assert!(said.contains("cannot read missing"), "{said}");
}

#[test]
fn a_public_address_is_an_origin() {
    let place = Place::new(Store::Sqlite);
    for url in ["users.example.com", "https://users.example.com/console", "ftp://example.com"] {
        let said = place.server().args(&["--public-url", url]).run().fails(1);
        assert!(said.contains("--public-url cannot be used: write it as https://HOST"), "{said}");
    }
}

#[test]
fn mail_to_another_machine_without_encryption_is_warned_of() {
    let place = Place::new(Store::Sqlite);
    for (url, is_warned_of) in [(URL, true), ("smtps://robot:s3cret@mail.example.com", false)] {
        let args = [&["--smtp-url", url][..], &PUBLIC, &FROM].concat();
        let server = place.server().args(&args).start();
        let log = server.stop().0.stderr;
        assert_eq!(log.contains("without encryption"), is_warned_of, "{log}");
        assert!(!log.contains("s3cret"), "{log}");
    }
}
