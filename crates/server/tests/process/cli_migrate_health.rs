//! `migrate` and `health`.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use dqops_users_storage::EpochLease;
use serde_json::json;

use crate::place::{Place, Store, on_both_stores};

on_both_stores!(migrating_twice_changes_nothing, health_tells_whether_the_server_is_well,);

fn migrating_twice_changes_nothing(store: Store) {
    let place = Place::new(store);
    let said = place.cli(&["migrate"]).succeeds();
    assert_eq!(said, "the schema is up to date\n");
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    let trail = place.audit();
    assert_eq!(place.cli(&["migrate", "--json"]).json(), json!({"upToDate": true}));
    assert_eq!(place.audit(), trail);
    let listed = place.cli(&["user", "list"]).succeeds();
    assert_eq!(listed, "email\taccountRole\nann@example.com\tadmin\n");
    assert_eq!(place.raw("UPDATE _sqlx_migrations SET success = success WHERE version = 1"), 1);
}

fn health_tells_whether_the_server_is_well(store: Store) {
    let place = Place::new(store);
    let server = place.server().start();
    let address = server.address().to_string();
    let by_flag = || place.bare_program(&["health", "--listen", &address]).run();
    let done = by_flag();
    assert_eq!(done.stderr, "");
    assert_eq!(done.succeeds(), "");
    let by_environment = place.bare_program(&["health"]).env("DQOPS_USERS_LISTEN", &address);
    by_environment.run().succeeds();
    let everywhere = format!("0.0.0.0:{}", server.address().port());
    place.bare_program(&["health", "--listen", &everywhere]).run().succeeds();

    place.raw("ALTER TABLE directory RENAME TO away");
    thread::sleep(EpochLease::LENGTH); // For so long the last answer holds.
    let said = by_flag().fails(1);
    assert!(
        said.contains(&format!("the server on {address} is not well: it answered 5")),
        "{said}"
    );
    place.raw("ALTER TABLE away RENAME TO directory");
    by_flag().succeeds();

    server.stop().0.succeeds();
    let said = by_flag().fails(1);
    assert!(said.contains(&format!("no server answers on {address}")), "{said}");
}

#[test]
fn health_trusts_no_answer_that_is_not_http() {
    let place = Place::new(Store::Sqlite);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers: [&[u8]; 4] = [b"", b"200", b"SSH-2.0-OpenSSH_10.0\r\n", b"\xff\xfe"];
    let serving = thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            stream.write_all(answer).unwrap();
        }
    });
    for answer in answers {
        let done = place.bare_program(&["health", "--listen", &address]).run();
        assert_eq!(done.code, Some(1), "{answer:?}: {done:?}");
    }
    serving.join().unwrap();
    place.bare_program(&["health", "--listen", "here"]).run().fails(2);
}
