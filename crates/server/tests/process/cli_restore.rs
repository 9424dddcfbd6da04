//! `restore`: the same people get in afterwards, and there is all of it or nothing.

use std::cell::Cell;

use serde_json::json;

use crate::{
    backups::{
        self, ADMIN, back_up, count, edit, empty_places, refusal_of_edited, restore, with_users,
    },
    place::{Place, Store, on_both_stores},
    server::Server,
    stage::Stage,
    vendor,
};

on_both_stores!(
    the_same_people_get_in_to_a_restored_directory,
    a_server_that_runs_on_the_empty_database_goes_on_with_what_was_restored,
    a_directory_that_is_there_is_not_touched,
    a_restoration_that_is_killed_leaves_nothing_half,
    a_backup_that_was_edited_is_refused,
    what_is_no_backup_is_refused,
);

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "purple turtles dance at noon";

fn sign_in(server: &Server) -> String {
    let credential = json!({"email": JANE, "password": PASSWORD});
    let begun = server.anonymous().post("/api/session", &credential).gives(201).json();
    begun["token"].as_str().unwrap().to_owned()
}

fn the_same_people_get_in_to_a_restored_directory(store: Store) {
    let stage = Stage::with_licence(store, &vendor::enterprise());
    let by_key = stage.person(JANE, "editor");
    stage.place.cli_with(&["user", "set-password", JANE], &format!("{PASSWORD}\n")).succeeds();
    let session = sign_in(&stage.server);
    stage.place.cli(&["data-domain", "add", "sales"]).succeeds();
    let roles =
        json!({"email": JANE, "accountRole": "viewer", "dataDomainRoles": {"sales": "editor"}});
    stage.admin.put("/api/users/jane@example.com", &roles).gives(204);
    let seen = stage.admin.get("/api/users/jane@example.com").gives(200).json();
    let profile = stage.admin.get("/api/environment/profile").gives(200).json();
    let file = back_up(&stage.place);
    for place in empty_places() {
        let shown = restore(&place, &file).run();
        assert!(shown.stderr.contains("restored"), "{shown:?}");
        assert!(shown.succeeds().contains("users\t2\t2\n"));
        let server = place.server().start();
        assert_eq!(server.setup_code(), None);
        let address = server.address();
        let again = stage.admin.at(address).get("/api/users/jane@example.com").gives(200).json();
        assert_eq!(again, seen);
        let again = stage.admin.at(address).get("/api/environment/profile").gives(200).json();
        assert_eq!(again, profile);
        for jane in [by_key.at(address), server.client(&session), server.client(&sign_in(&server))]
        {
            assert_eq!(jane.get("/api/environment/profile").gives(200).json()["user"], JANE);
        }
        assert_eq!(stage.admin.at(address).add("new@example.com", "viewer").status, 201);
        place.cli(&["audit", "verify"]).succeeds();
        let last = place.cli(&["audit", "list", "--action", "directory_restored", "--json"]).json();
        assert_eq!(
            (&last[0]["actor"], last.as_array().unwrap().len()),
            (&json!("(local operator)"), 1)
        );
    }
}

fn a_server_that_runs_on_the_empty_database_goes_on_with_what_was_restored(store: Store) {
    let source = with_users(Store::Sqlite, 3);
    let key = source.cli(&["api-key", "issue", ADMIN]).succeeds();
    let file = back_up(&source);
    let place = Place::new(store);
    let server = place.server().start();
    let code = server.setup_code().unwrap();
    server.client(key.trim_end()).get("/api/users").refuses(401, "invalid_credential");
    restore(&place, &file).run().succeeds();
    assert_eq!(server.client(key.trim_end()).emails().len(), 4);
    let late = json!({"code": code, "email": "eve@example.com"});
    assert!(server.anonymous().post("/api/setup", &late).status >= 400);
}

fn a_directory_that_is_there_is_not_touched(store: Store) {
    let source = with_users(Store::Sqlite, 3);
    let (file, target) = (back_up(&source), with_users(store, 1));
    let said = restore(&target, &file).run().fails(1);
    assert!(said.contains("users is not empty") && said.contains("new database"), "{said}");
    assert_eq!(count(&target), 2);
    target.cli(&["audit", "verify"]).succeeds();
}

fn a_restoration_that_is_killed_leaves_nothing_half(store: Store) {
    let source = with_users(Store::Sqlite, 1_500);
    let file = back_up(&source);
    let place = Cell::new(None);
    let mut unfinished = 0;
    backups::kill_all_along(
        || {
            let target = Place::new(store);
            let program = restore(&target, &file);
            place.set(Some(target));
            program
        },
        6,
        |has_ended| {
            let target: Place = place.take().unwrap();
            let users = count(&target);
            assert!(users == 1_501 || (users == 0 && !has_ended), "{users} users");
            if users == 0 {
                unfinished += 1;
                restore(&target, &file).run().succeeds();
            }
            assert_eq!(count(&target), 1_501);
            target.cli(&["audit", "verify"]).succeeds();
        },
    );
    assert!(unfinished > 0, "each was complete before it was killed");
}

fn a_backup_that_was_edited_is_refused(store: Store) {
    let source = with_users(Store::Sqlite, 3);
    for (sql, expected) in [
        ("UPDATE audit SET actor = 'eve@example.com' WHERE sequence = 3", "entry 3 was edited"),
        ("DELETE FROM audit WHERE sequence = 2", "entries 2 to 2 are missing"),
        ("UPDATE audit SET hash = NULL WHERE sequence = 2", "entry 2 has no hash"),
    ] {
        let said = refusal_of_edited(&source, store, sql);
        assert!(said.contains(expected) && said.contains("nothing was copied"), "{said}");
    }
}

fn what_is_no_backup_is_refused(store: Store) {
    let target = Place::new(store);
    let refused = |name: &str, expected: &str| {
        let said = target.program(&["restore", name]).run().fails(1);
        assert!(said.contains(expected) && said.contains(name), "{said}");
    };
    target.file("text.db", "email,accountRole\n");
    target.file("empty.db", "");
    edit(&target.folder().join("other.db"), "CREATE TABLE other (a)");
    refused("text.db", "is not a backup");
    refused("empty.db", "is not a backup");
    refused("missing.db", "cannot read");
    refused("other.db", "a database of something else");
    let running = Stage::new(Store::Sqlite);
    let live = running.place.folder().join("users.db");
    let said = restore(&target, &live).run().fails(1);
    assert!(said.contains("copy --from"), "{said}");
    assert_eq!(count(&target), 0);
}
