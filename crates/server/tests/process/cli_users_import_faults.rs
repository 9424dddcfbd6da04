//! `user import` of a file with faults: every fault is named by its row, and nothing is imported.

use serde_json::json;

use crate::{
    place::{Place, Store, on_both_stores},
    program::Done,
};

on_both_stores!(every_row_at_fault_is_named_and_no_other_is_imported);

const ANN: &str = "ann@example.com";
const ONLY_ANN: &str = "email\taccountRole\nann@example.com\tadmin\n";

/// It was refused for so many rows; answers what was said of them.
#[track_caller]
pub(crate) fn faults(done: &Done, rows: usize) -> String {
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{}", done.stderr);
    let last = format!("error: {rows} rows are at fault; nothing was imported\n");
    done.stderr.strip_suffix(&last).unwrap_or_else(|| panic!("{}", done.stderr)).to_owned()
}

/// A place where Ann is the only user and an admin.
fn with_ann(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["user", "add", ANN, "--role", "admin"]).succeeds();
    place
}

fn every_row_at_fault_is_named_and_no_other_is_imported(store: Store) {
    let place = with_ann(store);
    let csv = "email,accountRole,dataDomainRoles\n\
        good@example.com,viewer,\n\
        nobody,viewer,\n\
        bob@example.com,owner,\n\
        GOOD@example.com,admin,\n\
        ann@example.com,admin,\n\
        ,viewer,\n\
        eve@example.com,,\n\
        sam@example.com,viewer,sales=editor\n";
    place.file("users.csv", csv);
    let wanted = [
        (3, "nobody", "email: the email is not of the form name@host"),
        (4, "bob@example.com", "accountRole: "),
        (5, "GOOD@example.com", "email: stands in the file twice"),
        (6, ANN, "the user ann@example.com exists already"),
        (7, "", "email: the email is empty"),
        (8, "eve@example.com", "accountRole: "),
        (9, "sam@example.com", "the TEAM licence does not include data domain roles"),
    ];
    let said = faults(&place.cli(&["user", "import", "users.csv"]), wanted.len());
    for (line, (row, email, detail)) in said.lines().zip(wanted) {
        let who = if email.is_empty() { String::new() } else { format!("{email}: ") };
        assert!(line.starts_with(&format!("row {row}: {who}{detail}")), "row {row}: {line}");
    }
    assert_eq!(said.lines().count(), wanted.len(), "{said}");

    let done = place.cli(&["user", "import", "users.csv", "--json"]);
    let printed: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done.code, Some(1), "{done:?}");
    for (error, (row, email, detail)) in printed["errors"].as_array().unwrap().iter().zip(wanted) {
        assert_eq!((&error["row"], &error["email"]), (&json!(row), &json!(email)));
        assert!(error["detail"].as_str().unwrap().contains(detail), "{error}");
    }
    assert_eq!(printed["errors"].as_array().unwrap().len(), wanted.len());
    assert_eq!(place.cli(&["user", "list"]).succeeds(), ONLY_ANN);
}

#[test]
fn the_rows_past_the_last_seat_are_at_fault() {
    let place = with_ann(Store::Sqlite);
    let csv = "email,accountRole\nb@example.com,viewer\nc@example.com,viewer\n\
        d@example.com,viewer\ne@example.com,viewer\nf@example.com,viewer\ng@example.com,viewer\n";
    place.file("users.csv", csv);
    let said = faults(&place.cli(&["user", "import", "users.csv"]), 2);
    assert!(said.starts_with("row 6: f@example.com: the licence has 5 seats"), "{said}");
    assert!(said.contains("\nrow 7: g@example.com: the licence has 5 seats"), "{said}");
    assert_eq!(place.cli(&["user", "list"]).succeeds(), ONLY_ANN);
}

#[test]
fn a_file_that_would_leave_no_admin_is_refused() {
    let place = with_ann(Store::Sqlite);
    place.file("users.csv", "email,accountRole\nann@example.com,viewer\nbob@example.com,editor\n");
    let done = place.cli(&["user", "import", "users.csv", "--update"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{done:?}");
    let wanted = "file: the directory would be left without an admin\n";
    assert!(done.stderr.starts_with(wanted), "{}", done.stderr);
    assert_eq!(place.cli(&["user", "list"]).succeeds(), ONLY_ANN);
}

#[test]
fn of_many_rows_at_fault_fifty_are_shown_and_json_shows_all() {
    let place = Place::new(Store::Sqlite);
    let rows: Vec<_> =
        (0..120).map(|n| json!({"email": n.to_string(), "accountRole": "x"})).collect();
    place.file("users.json", &json!(rows).to_string());
    let said = faults(&place.cli(&["user", "import", "users.json"]), 120);
    assert_eq!(said.lines().filter(|line| line.starts_with("row ")).count(), 50, "{said}");
    assert!(said.starts_with("row 1: 0: ") && said.ends_with("and 70 more\n"), "{said}");
    let done = place.cli(&["user", "import", "users.json", "--json"]);
    let printed: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(printed["errors"].as_array().unwrap().len(), 120);
}

#[test]
fn a_row_is_named_by_its_line_also_after_empty_lines_and_in_lines_that_go_on() {
    let place = Place::new(Store::Sqlite);
    let csv = "email,accountRole,dataDomainRoles\n\
        good@example.com,viewer,\"\n\"\n\
        \n\
        fifth,viewer,\n\
        sixth,viewer,\n";
    place.file("users.csv", csv);
    let said = faults(&place.cli(&["user", "import", "users.csv"]), 2);
    assert!(said.starts_with("row 5: fifth: ") && said.contains("\nrow 6: sixth: "), "{said}");
}

/// What a file holds must not steer the terminal of whoever imports it.
#[test]
fn control_characters_of_the_file_are_not_repeated_raw() {
    let place = Place::new(Store::Sqlite);
    let rows =
        json!([{"email": "\u{1b}[2Jann@example.com\r\nerror: forged", "accountRole": "\u{1b}[1m"}]);
    place.file("users.json", &rows.to_string());
    let done = place.cli(&["user", "import", "users.json"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let is_raw = |c: char| c.is_control() && c != '\n';
    assert!(!done.stderr.contains(is_raw), "{:?}", done.stderr);
    assert!(done.stderr.lines().all(|line| !line.starts_with("error: forged")), "{}", done.stderr);
}

#[test]
fn files_that_are_no_lists_of_users_are_refused_with_what_is_wrong() {
    let place = with_ann(Store::Sqlite);
    for (name, text, reason) in [
        ("a.csv", "ann@example.com,viewer\n", "\"ann@example.com\" is not known"),
        ("j.csv", "email,accountRole,dataDomainRole\n", "\"dataDomainRole\" is not known"),
        ("d.csv", "", "the first line must name the columns"),
        ("e.json", "{}", "not a JSON array of users"),
        ("f.json", r#"[{"email":"bob@example.com","acountRole":"viewer"}]"#, "acountRole"),
        ("g.json", r#"[{"email":"bob@example.com","accountRole":"viewer"}"#, "not a JSON array"),
        ("h.txt", "", "say --format csv or --format json"),
    ] {
        place.file(name, text);
        let said = place.cli(&["user", "import", name]).fails(1);
        assert!(said.contains(reason), "{name}: {said}");
    }
    let said = place.cli(&["user", "import", "missing.csv"]).fails(1);
    assert!(said.contains("cannot read missing.csv: No such file"), "{said}");
    let said = place.cli(&["user", "import", "."]).fails(1);
    assert!(said.contains("--format"), "{said}");
    place.cli(&["user", "import"]).fails(2);
    place.cli(&["user", "import", "a.csv", "--format", "xml"]).fails(2);
    assert_eq!(place.cli(&["user", "list"]).succeeds(), ONLY_ANN);
}

/// With one row that cannot be read the others are judged all the same.
#[test]
fn rows_that_cannot_be_read_are_named_beside_those_that_cannot_be_taken() {
    let place = with_ann(Store::Sqlite);
    let csv = "email,accountRole,dataDomainRoles\n\
        bob@example.com\n\
        eve@example.com,none,sales\n\
        ann@example.com,viewer\n\
        sam@example.com,none,,more\n\
        zoe@example.com,none\n";
    place.file("users.csv", csv);
    let said = faults(&place.cli(&["user", "import", "users.csv"]), 4);
    let lines: Vec<_> = said.lines().collect();
    for (line, wanted) in lines.iter().zip([
        "row 2: bob@example.com: accountRole: not a role",
        "row 3: eve@example.com: dataDomainRoles: write data domain roles as sales=editor",
        "row 4: ann@example.com: the user ann@example.com exists already",
        "row 5: sam@example.com: the row has more cells than there are columns",
    ]) {
        assert!(line.starts_with(wanted), "{line}");
    }
    assert_eq!((lines.len(), place.cli(&["user", "list"]).succeeds()), (4, ONLY_ANN.to_owned()));
}

#[test]
fn a_file_without_users_imports_none() {
    let place = with_ann(Store::Sqlite);
    place.file("users.csv", "email,accountRole\n");
    place.file("users.json", "[]");
    for name in ["users.csv", "users.json"] {
        let said = place.cli(&["user", "import", name]).succeeds();
        assert_eq!(said, "added 0, changed 0, left 0 as they were\n");
    }
}
