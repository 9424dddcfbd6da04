//! `user import`: CSV and JSON, a dry run, and users that exist already.

use dqops_users_domain::audit::Action;
use serde_json::json;

use crate::{
    cli_users_import_faults::faults,
    place::{Place, Store, on_both_stores},
    vendor,
};

on_both_stores!(
    csv_and_json_are_imported,
    a_dry_run_tells_what_would_be_done_and_does_nothing,
    users_that_exist_are_changed_only_with_update,
);

const HEADER: &str = "email,accountRole\n";

/// The users as the list shows them, without its first line.
fn listed(place: &Place) -> String {
    let text = place.cli(&["user", "list"]).succeeds();
    text.split_once('\n').unwrap().1.to_owned()
}

fn csv_and_json_are_imported(store: Store) {
    let place = Place::new(store);
    // As a spreadsheet writes it: a byte order mark, CRLF, quotes, columns in another order.
    let csv = "\u{feff}accountRole,dataDomainRoles,email\r\nadmin,\"\",\"Ann@Example.com\"\r\n\
        viewer,, bob@example.com \r\n";
    place.file("users.csv", csv);
    let done = place.cli(&["user", "import", "users.csv"]);
    assert_eq!(done.stderr, "", "a progress bar is for terminals");
    assert_eq!(done.succeeds(), "added 2, changed 0, left 0 as they were\n");
    let json = json!([{"email": "eve@example.com", "accountRole": "none"}]);
    place.file("users.json", &json.to_string());
    let done = place.cli(&["user", "import", "users.json", "--json"]).json();
    let wanted = json!({"created": 1, "updated": 0, "unchanged": 0, "dryRun": false});
    assert_eq!(done, wanted);
    let csv = format!("{HEADER}zoe@example.com,operator\n");
    place.cli_with(&["user", "import", "-", "--format", "csv"], &csv).succeeds();
    let all = "ann@example.com\tadmin\nbob@example.com\tviewer\neve@example.com\tnone\n\
        zoe@example.com\toperator\n";
    assert_eq!(listed(&place), all);
    let created = place.audit().iter().filter(|e| e.action == Action::UserCreated).count();
    assert_eq!(created, 4);
}

fn a_dry_run_tells_what_would_be_done_and_does_nothing(store: Store) {
    let place = Place::new(store);
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    let (before, trail) = (listed(&place), place.audit().len());
    let csv = format!("{HEADER}ann@example.com,admin\nbob@example.com,viewer\n");
    place.file("users.csv", &csv);
    let said = place.cli(&["user", "import", "users.csv", "--update", "--dry-run"]).succeeds();
    let wanted =
        "dry run, nothing was changed; it would have added 1, changed 0, left 1 as they were\n";
    assert_eq!(said, wanted);
    let said = place.cli(&["user", "import", "users.csv", "--update", "--dry-run", "--json"]);
    let wanted = json!({"created": 1, "updated": 0, "unchanged": 1, "dryRun": true});
    assert_eq!(said.json(), wanted);
    let eve = "eve@example.com,viewer\n";
    place.file("twice.csv", &format!("{csv}{eve}{eve}"));
    let refused = faults(&place.cli(&["user", "import", "twice.csv", "--dry-run"]), 2);
    assert!(refused.starts_with("row 2: ann@example.com: "), "{refused}");
    assert!(refused.contains("\nrow 5: eve@example.com: "), "{refused}");
    assert_eq!((listed(&place), place.audit().len()), (before, trail));
}

fn users_that_exist_are_changed_only_with_update(store: Store) {
    let place = Place::new(store);
    for (email, role) in [("ann@example.com", "admin"), ("bob@example.com", "viewer")] {
        place.cli(&["user", "add", email, "--role", role]).succeeds();
    }
    let before = listed(&place);
    let csv =
        format!("{HEADER}ann@example.com,admin\nbob@example.com,editor\neve@example.com,none\n");
    place.file("users.csv", &csv);
    let said = faults(&place.cli(&["user", "import", "users.csv"]), 2);
    let wanted = "row 2: ann@example.com: the user ann@example.com exists already\n\
        row 3: bob@example.com: the user bob@example.com exists already\n";
    assert_eq!(said, wanted);
    assert_eq!(listed(&place), before);
    let said = place.cli(&["user", "import", "users.csv", "--update"]).succeeds();
    assert_eq!(said, "added 1, changed 1, left 1 as they were\n");
    let again = place.cli(&["user", "import", "users.csv", "--update"]).succeeds();
    assert_eq!(again, "added 0, changed 0, left 3 as they were\n");
    assert!(listed(&place).contains("bob@example.com\teditor\n"));
}

#[test]
fn the_admins_may_change_places_within_one_file() {
    let place = Place::new(Store::Sqlite);
    place.cli(&["user", "add", "ann@example.com", "--role", "admin"]).succeeds();
    let csv = format!("{HEADER}ann@example.com,viewer\nbob@example.com,admin\n");
    place.file("users.csv", &csv);
    place.cli(&["user", "import", "users.csv", "--update"]).succeeds();
    assert_eq!(listed(&place), "ann@example.com\tviewer\nbob@example.com\tadmin\n");
}

#[test]
fn thousands_are_imported_in_one_go() {
    let place = Place::new(Store::Sqlite);
    place.cli(&["licence", "install", &vendor::team(5000)]).succeeds();
    let users: Vec<_> = (0..5000)
        .map(|n| json!({"email": format!("user{n}@example.com"), "accountRole": "viewer"}))
        .collect();
    place.file("users.json", &json!(users).to_string());
    let said = place.cli(&["user", "import", "users.json"]).succeeds();
    assert_eq!(said, "added 5000, changed 0, left 0 as they were\n");
    assert_eq!(listed(&place).lines().count(), 5000);
}
