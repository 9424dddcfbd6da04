//! `config` shows the settings in force and no secret, and nor does the log.

use crate::{
    place::{Place, Store},
    vendor,
};

const PASSWORD: &str = "s3cret-canary";

#[test]
fn config_shows_no_password_and_no_licence() {
    let place = Place::new(Store::Sqlite);
    let licence = vendor::team(70);
    let url = format!("postgres://u:{PASSWORD}@h:5432/d?sslmode=require&password={PASSWORD}");
    let password_file = place.file("password", PASSWORD);
    let (url_file, licence_file) = (place.file("url", &url), place.file("licence", &licence));
    let files = [&url_file, &licence_file, &password_file].map(|file| file.to_str().unwrap());
    let by_flag = ["--database-url", &url, "--licence", &licence];
    let by_file = ["--database-url-file", files[0], "--licence-file", files[1]];
    let passwords = ["--database-password-file", files[2], "--owner-password-file", files[2]];
    for args in [by_flag, by_file] {
        for json in [&[][..], &["--json"]] {
            let program = place.bare_program(&["config"]).args(&args).args(&passwords);
            let done = program.args(json).run();
            let text = format!("{}{}", done.stdout, done.stderr);
            assert!(!text.contains(PASSWORD) && !text.contains(&licence), "{text}");
            let stdout = done.succeeds();
            assert!(stdout.contains("postgres://u:***@h:5432/d"), "{stdout}");
            assert!(stdout.contains("(set)"), "{stdout}");
        }
    }
    for (name, value) in [("DATABASE_URL", &url), ("LICENCE", &licence)] {
        let program = place.bare_program(&["config"]);
        let done = program.env(&format!("DQOPS_USERS_{name}"), value).run();
        let stdout = done.succeeds();
        assert!(!stdout.contains(PASSWORD) && !stdout.contains(&licence), "{stdout}");
        assert!(stdout.contains("environment"), "{stdout}");
    }
}

#[test]
fn config_shows_no_password_of_the_mail_server() {
    let place = Place::new(Store::Sqlite);
    let url = format!("smtps://u:{PASSWORD}@mail.example.com");
    let file = place.file("smtp", &url);
    let by_flag = place.bare_program(&["config", "--smtp-url", &url]);
    let by_file = place.bare_program(&["config", "--smtp-url-file", file.to_str().unwrap()]);
    let by_variable = place.bare_program(&["config"]).env("DQOPS_USERS_SMTP_URL", &url);
    for (program, from) in [(by_flag, "flag"), (by_file, "flag"), (by_variable, "environment")] {
        let stdout = program.run().succeeds();
        assert!(!stdout.contains(PASSWORD), "{stdout}");
        assert!(stdout.contains(&format!("\nsmtp-url\t(set)\t{from}\n")), "{stdout}");
    }
}

#[test]
fn config_into_a_pipe_is_plain_columns() {
    let place = Place::new(Store::Sqlite);
    let stdout = place.bare_program(&["config", "--max-connections", "5"]).run().succeeds();
    assert!(stdout.starts_with("setting\tvalue\tfrom\n"), "{stdout}");
    assert!(stdout.contains("\nmax-connections\t5\tflag\n"), "{stdout}");
    assert!(stdout.lines().all(|line| line.split('\t').count() == 3), "{stdout}");
    assert!(!place.folder().join("data").exists(), "config opened the database");
}

#[test]
fn neither_help_nor_wrong_usage_shows_what_the_environment_holds() {
    let place = Place::new(Store::Sqlite);
    let licence = vendor::team(70);
    let url = format!("postgres://u:{PASSWORD}@h/d");
    let cases: [&[&str]; 4] =
        [&["--help"], &["serve", "--help"], &["config", "--nonsense"], &["user", "list", "x"]];
    for args in cases {
        let program = place.bare_program(args).env("DQOPS_USERS_DATABASE_URL", &url);
        let mail = format!("smtp://u:{PASSWORD}@h");
        let program = program.env("DQOPS_USERS_SMTP_URL", &mail);
        let done = program.env("DQOPS_USERS_LICENCE", &licence).run();
        let text = format!("{}{}", done.stdout, done.stderr);
        assert!(text.contains("dqops-users"), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains(&licence), "{text}");
    }
}

#[test]
fn the_database_password_is_not_in_the_log() {
    let place = Place::new(Store::Postgres);
    let (start, host) = place.url().split_once('@').unwrap();
    // The server of the tests may ask for no password, and then takes any.
    let user = start.trim_start_matches("postgres://").split(':').next().unwrap();
    let file = place.file("url", &format!("postgres://{user}:{PASSWORD}@{host}"));
    let args = ["--database-url-file", file.to_str().unwrap(), "--log-level", "trace"];
    let program = place.bare_program(&["serve", "--listen", "127.0.0.1:0"]).args(&args);
    let server = program.start();
    server.set_up();
    let (done, _) = server.stop();
    assert!(!done.stderr.contains(PASSWORD), "{}", done.stderr);
    assert!(done.stderr.contains(&format!("postgres://{user}:***@")), "{}", done.stderr);
}
