//! T7: no configuration brings an account, a password or a secret that somebody did not choose.

use std::{collections::HashSet, fs, path::Path};

use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::patiently,
    people::{OTHER_PASSWORD, address, try_to_sign_in},
    place::{Place, Store, on_both_stores},
    server::ADMIN,
};

on_both_stores!(no_configuration_has_an_account_a_password_or_a_secret_of_its_own);

const OWNER: &str = "owner@example.com";

/// Settings that bear on who gets in, and the users who are there then.
fn configurations(place: &Place) -> Vec<(Vec<String>, &'static [&'static str])> {
    let owner = ["--owner-email", OWNER];
    let file = place.file("password", OTHER_PASSWORD).display().to_string();
    let licence = crate::vendor::team(100);
    let own = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect();
    vec![
        (own(&[]), &[]),
        (own(&["--licence", &licence]), &[]),
        (own(&["--password-min-length", "8", "--api-keys-never-expire"]), &[]),
        (own(&["--trusted-proxy", "127.0.0.0/8", "--log", "text"]), &[]),
        (own(&["--authentication", "none"]), &[]),
        (own(&owner), &[OWNER]),
        (own(&["--authentication", "none", owner[0], owner[1]]), &[OWNER]),
        (own(&[owner[0], owner[1], "--owner-password-file", &file]), &[OWNER]),
    ]
}

/// What programs are delivered with.
const NAMES: [&str; 8] = [
    ADMIN,
    OWNER,
    "admin",
    "root",
    "admin@localhost",
    "admin@dqops.com",
    "user@example.com",
    "admin@localhost.localdomain",
];
const SECRETS: [&str; 12] = [
    "admin",
    "password",
    "dqops",
    "dqops-users",
    "changeme",
    "secret",
    "root",
    "default",
    "123456",
    "dqu_key_",
    "dqu_session_",
    "dqu_setup_",
];

fn no_configuration_has_an_account_a_password_or_a_secret_of_its_own(store: Store) {
    let trial = promise("T7", "guesses at what might be there by default", store.ground());
    let kinds = configurations(&Place::new(store)).len();
    let mut codes = HashSet::new();
    for round in 0..count(kinds, 4 * kinds) {
        let place = Place::new(store);
        let (args, users) = configurations(&place).swap_remove(round % kinds);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let server = place.server().args(&args).start();
        let listed = place.cli(&["user", "list"]).succeeds();
        let there: Vec<_> =
            listed.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(there, users, "{args:?}");
        for (number, secret) in SECRETS.iter().enumerate() {
            server.client(secret).get("/api/users").refuses(401, "invalid_credential");
            let client = server.anonymous();
            let sent = json!({"code": secret, "email": "mallory@example.com"});
            let reply = client.post("/api/setup", &sent);
            assert!(matches!(reply.status, 401 | 409), "{args:?}: {reply:?}");
            trial.tried(2);
            // These are hashed; all of them come up in some rounds.
            if number % 4 == round % 4 {
                let name = NAMES[(number + round) % NAMES.len()];
                patiently(|| try_to_sign_in(&client.from(&address(number)), name, secret))
                    .refuses(401, "invalid_credential");
                trial.tried(1);
            }
        }
        if let Some(code) = server.setup_code() {
            assert!(codes.insert(code), "two servers have one code");
        }
        let has_password = args.contains(&"--owner-password-file");
        assert_eq!(place.raw("DELETE FROM passwords"), u64::from(has_password), "{args:?}");
        assert_eq!(place.raw("DELETE FROM api_keys"), 0, "{args:?}");
        assert_eq!(place.raw("DELETE FROM sessions"), 0, "{args:?}");
    }
}

/// What the files for containers set; a secret is a file that whoever runs them makes.
#[test]
fn the_files_for_containers_hold_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut settings = 0;
    for file in ["docker-compose.yml", "Dockerfile"] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let upper = line.to_uppercase();
            assert!(!upper.contains("DQU_"), "{file}: {line}");
            if ["PASSWORD", "SECRET", "TOKEN"].iter().any(|word| upper.contains(word)) {
                let is_secret_file = line.contains("_FILE: /run/secrets/");
                let names_one = line == "secrets:" || line.contains("database_password");
                assert!(is_secret_file || names_one, "{file}: {line}");
                settings += 1;
            }
        }
    }
    assert!(settings > 0);
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line.trim_matches('/') == "secrets"), "{ignored}");
}
