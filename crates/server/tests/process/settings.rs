//! Where settings come from: a flag, else the environment, else a file named by either, else the
//! default. An empty value in the environment counts as none.

use serde_json::Value;

use crate::{
    place::{Place, Store},
    program::Program,
    server::ADMIN,
    vendor,
};

/// Each setting of the server: its name, its variable, a value, and its default as `config` shows it.
const SETTINGS: [(&str, &str, &str, &str); 20] = [
    ("database-url", "DATABASE_URL", "sqlite://other.db", "sqlite://data/users.db"),
    ("listen", "LISTEN", "127.0.0.1:4711", "127.0.0.1:8888"),
    ("authentication", "AUTHENTICATION", "none", "required"),
    ("owner-email", "OWNER_EMAIL", "owner@example.com", "(not set)"),
    ("owner-password-file", "OWNER_PASSWORD_FILE", "password", "(not set)"),
    ("log", "LOG", "text", "text on a terminal, else json"),
    ("log-level", "LOG_LEVEL", "trace", "info"),
    ("metrics-listen", "METRICS_LISTEN", "127.0.0.1:9464", "(not set)"),
    ("stop-delay-seconds", "STOP_DELAY_SECONDS", "20", "0"),
    ("max-connections", "MAX_CONNECTIONS", "17", "8192"),
    ("trusted-proxy", "TRUSTED_PROXY", "10.0.0.0/8,::1/128", "(not set)"),
    ("session-idle-minutes", "SESSION_IDLE_MINUTES", "15", "60"),
    ("session-hours", "SESSION_HOURS", "24", "12"),
    ("public-url", "PUBLIC_URL", "https://users.example.com", "(not set)"),
    ("password-link-hours", "PASSWORD_LINK_HOURS", "24", "72"),
    ("mail-from", "MAIL_FROM", "DQOps <dqops@example.com>", "(not set)"),
    ("hashing-threads", "HASHING_THREADS", "3", "one per core"),
    ("api-key-max-days", "API_KEY_MAX_DAYS", "400", "366"),
    ("api-key-days", "API_KEY_DAYS", "30", "90"),
    ("password-min-length", "PASSWORD_MIN_LENGTH", "16", "12"),
];

fn variable(name: &str) -> String {
    format!("DQOPS_USERS_{name}")
}

/// The value of a setting and where it comes from.
fn shown(program: Program, setting: &str) -> (String, String) {
    let rows = program.run().json();
    let row = rows.as_array().unwrap().iter().find(|row| row["setting"] == setting);
    let row = row.unwrap_or_else(|| panic!("{setting} is not in {rows}"));
    let text = |member: &str| row[member].as_str().unwrap().to_owned();
    (text("value"), text("from"))
}

fn is(value: &str, from: &str) -> (String, String) {
    (value.to_owned(), from.to_owned())
}

#[test]
fn every_setting_has_a_default_a_variable_and_a_flag_that_wins() {
    let place = Place::new(Store::Sqlite);
    let config = || place.bare_program(&["config", "--json"]);
    for (setting, name, value, default) in SETTINGS {
        assert_eq!(shown(config(), setting), is(default, "default"));
        let from_environment = config().env(&variable(name), value);
        assert_eq!(shown(from_environment, setting), is(value, "environment"));
        let flag = format!("--{setting}");
        let both = config().env(&variable(name), "31").args(&[&flag, value]);
        assert_eq!(shown(both, setting), is(value, "flag"));
    }
    let rows: Value = config().run().json();
    let names: Vec<_> = rows.as_array().unwrap().iter().map(|row| &row["setting"]).collect();
    let known = |name: &str| {
        ["licence", "api-keys-never-expire", "smtp-url"].contains(&name)
            || SETTINGS.iter().any(|(known, ..)| *known == name)
    };
    assert!(names.iter().all(|name| known(name.as_str().unwrap())), "one lacks a test: {names:?}");
}

/// docker compose passes variables that are not set on as empty ones.
#[test]
fn an_empty_variable_counts_as_none() {
    let place = Place::new(Store::Sqlite);
    let mut faults = Vec::new();
    for (setting, name, _, default) in SETTINGS {
        let done = place.bare_program(&["config", "--json"]).env(&variable(name), "").run();
        let value = serde_json::from_str::<Value>(&done.stdout).ok().and_then(|rows| {
            let row = rows.as_array()?.iter().find(|row| row["setting"] == setting)?.clone();
            row["value"].as_str().map(str::to_owned)
        });
        if value.as_deref() != Some(default) {
            faults
                .push(format!("{name} is {value:?}: {}", done.stderr.lines().next().unwrap_or("")));
        }
    }
    let of_secrets = ["DATABASE_URL_FILE", "DATABASE_PASSWORD_FILE", "LICENCE", "LICENCE_FILE"];
    for name in of_secrets.into_iter().chain(["SMTP_URL", "SMTP_URL_FILE"]) {
        let done = place.bare_program(&["config", "--json"]).env(&variable(name), "").run();
        if !done.stdout.contains("(not set)") || done.stdout.contains("(set)") {
            faults.push(format!("{name}: {}{}", done.stdout, done.stderr));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_database_url_can_stand_in_a_file_and_the_value_wins_over_it() {
    let place = Place::new(Store::Sqlite);
    let (first, second) = ("sqlite://first.db", "sqlite://second.db");
    place.file("url", &format!("  {first}\n"));
    let file = "DQOPS_USERS_DATABASE_URL_FILE";
    for url in [first, second] {
        place.bare_program(&["migrate", "--database-url", url]).run().succeeds();
    }
    let add = |program: Program, email: &str| {
        program.args(&["user", "add", email, "--role", "viewer"]).run().succeeds();
    };
    add(place.bare_program(&[]).env(file, "url"), "file@example.com");
    let both = place.bare_program(&[]).env(file, "url").env("DQOPS_USERS_DATABASE_URL", second);
    add(both, "value@example.com");
    let empty = place.bare_program(&[]).env(file, "url").env("DQOPS_USERS_DATABASE_URL", "");
    add(empty, "empty@example.com");
    add(place.bare_program(&["--database-url-file", "url"]), "flag@example.com");
    let unread = place.bare_program(&[]).env(file, "missing").args(&["--database-url", second]);
    add(unread, "unread@example.com");

    let in_file = place.bare_program(&["user", "list", "--database-url", first]).run().succeeds();
    let expected = "email\taccountRole\nempty@example.com\tviewer\nfile@example.com\tviewer\n\
        flag@example.com\tviewer\n";
    assert_eq!(in_file, expected);
    let by_value = place.bare_program(&["user", "list", "--database-url", second]).run().succeeds();
    let expected = "email\taccountRole\nunread@example.com\tviewer\nvalue@example.com\tviewer\n";
    assert_eq!(by_value, expected);
    let said = place.bare_program(&["user", "list"]).env(file, "missing").run().fails(1);
    assert!(said.contains("cannot read missing"), "{said}");
}

#[test]
fn the_licence_can_stand_in_a_file_and_the_value_wins_over_it() {
    let place = Place::new(Store::Sqlite);
    place.file("licence", &format!("{}\n", vendor::team(70)));
    let seats_with = |value: Option<&str>| {
        let place = Place::new(Store::Sqlite);
        place.file("licence", &format!("{}\n", vendor::team(70)));
        let mut program = place.server().env("DQOPS_USERS_LICENCE_FILE", "licence");
        if let Some(value) = value {
            program = program.env("DQOPS_USERS_LICENCE", value);
        }
        let server = program.start();
        assert!(server.banner().contains("Licence: TEAM for ACME"), "{}", server.banner());
        place.cli(&["licence", "show", "--json"]).json()["seats"].as_u64().unwrap()
    };
    assert_eq!(seats_with(None), 70);
    assert_eq!(seats_with(Some("")), 70);
    assert_eq!(seats_with(Some(&vendor::team(80))), 80);
}

#[test]
fn a_server_started_by_its_environment_does_as_it_says() {
    let place = Place::new(Store::Postgres);
    place.file("password", "the server of the tests asks for none\n");
    let program = place.bare_program(&[]).env("DQOPS_USERS_LISTEN", "127.0.0.1:0");
    let program = program
        .env("DQOPS_USERS_DATABASE_URL", place.url())
        .env("DQOPS_USERS_DATABASE_PASSWORD_FILE", "password")
        .env("DQOPS_USERS_AUTHENTICATION", "none")
        .env("DQOPS_USERS_OWNER_EMAIL", ADMIN)
        .env("DQOPS_USERS_LOG", "text")
        .env("DQOPS_USERS_LOG_LEVEL", "debug")
        .env("DQOPS_USERS_PASSWORD_MIN_LENGTH", "20");
    let server = program.start();
    let owner = server.anonymous();
    assert_eq!(owner.emails(), [ADMIN]);
    let refused = owner.put_text("/api/mypassword", "purple turtles");
    let refused = refused.refuses(400, "password_rejected").json();
    assert!(refused["detail"].as_str().unwrap().contains("at least 20"), "{refused}");
    assert!(server.log().contains(" DEBUG "), "{}", server.log());
    let on_a_file = place.bare_program(&["config", "--database-password-file", "password"]);
    let said = on_a_file.run().fails(1);
    assert!(said.contains("a file has no password"), "{said}");
}
