//! `user set-password`, with the password on standard input.

use dqops_users_domain::audit::{Action, Actor};
use serde_json::json;

use crate::place::{Place, Store, on_both_stores};

const JANE: &str = "jane@example.com";
const GOOD: &str = "purple turtles dance at noon";

on_both_stores!(a_password_is_read_from_standard_input_and_kept_as_a_hash);

/// A place where there is Jane, without a password.
fn with_jane(store: Store) -> Place {
    let place = Place::new(store);
    place.cli(&["user", "add", JANE, "--role", "viewer"]).succeeds();
    place
}

fn a_password_is_read_from_standard_input_and_kept_as_a_hash(store: Store) {
    let place = with_jane(store);
    assert_eq!(place.password_hash(JANE), None);
    let done = place.cli_with(&["user", "set-password", JANE], &format!("{GOOD}\n"));
    assert_eq!(done.stderr, "", "into a pipe nothing is asked");
    assert_eq!(done.succeeds(), format!("set the password of {JANE}\n"));
    let first = place.password_hash(JANE).unwrap();
    assert!(first.starts_with("$argon2id$") && !first.contains(GOOD), "{first}");
    let again = place.cli_with(&["user", "set-password", JANE, "--json"], GOOD);
    assert_eq!(again.json(), json!({"email": JANE}));
    assert_ne!(place.password_hash(JANE).unwrap(), first, "a salt of its own");
    let newest = &place.audit()[0];
    assert_eq!((&newest.actor, newest.action), (&Actor::LocalOperator, Action::PasswordChanged));
    assert_eq!((&newest.before, &newest.after), (&None, &None));
}

#[test]
fn the_first_line_is_the_password_to_the_letter() {
    let place = with_jane(Store::Sqlite);
    let set = |input: &str| place.cli_with(&["user", "set-password", JANE], input);
    // Eleven characters, one under the least: a line's end counts for none, a blank does.
    let short = "xkcd%Ω9?q)v";
    for end in ["", "\n", "\r\n", "\nand another line"] {
        let said = set(&format!("{short}{end}")).fails(1);
        assert!(said.contains("too short: it needs at least 12 characters"), "{said}");
        assert!(!said.contains(short), "{said}");
    }
    for whole in [format!("{short} \n"), format!(" {short}\r\n"), format!("{short}Ω")] {
        set(&whole).succeeds();
    }
}

#[test]
fn a_password_that_cannot_be_one_is_refused_and_changes_nothing() {
    let place = with_jane(Store::Sqlite);
    place.cli_with(&["user", "set-password", JANE], GOOD).succeeds();
    let before = place.password_hash(JANE);
    let (long, longest) = ("Ωx7".repeat(100), "Ωx7".repeat(2000));
    for (input, reason) in [
        ("", "no password came on standard input"),
        ("\n", "no password came on standard input"),
        ("password1234", "guessed first"),
        ("jane@example.com1", "the user's email"),
        (&long, "too long: it may have at most 256 characters"),
        (&longest, "longer than 1024 bytes"),
    ] {
        let said = place.cli_with(&["user", "set-password", JANE], input).fails(1);
        assert!(said.contains(reason), "{said}");
        assert!(input.trim().is_empty() || !said.contains(input), "{said}");
    }
    assert_eq!(place.password_hash(JANE), before);
}

#[test]
fn the_least_length_is_a_setting_of_the_command_too() {
    let place = with_jane(Store::Sqlite);
    let ten = "xkcd%Ω9?q)";
    place.cli_with(&["user", "set-password", JANE], ten).fails(1);
    let args = ["user", "set-password", JANE, "--password-min-length", "10"];
    place.cli_with(&args, ten).succeeds();
    let program = place.program(&["user", "set-password", JANE]).input(GOOD);
    let said = program.env("DQOPS_USERS_PASSWORD_MIN_LENGTH", "40").run().fails(1);
    assert!(said.contains("at least 40 characters"), "{said}");
}
