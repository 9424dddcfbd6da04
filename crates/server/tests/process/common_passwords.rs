//! P3: what is guessed first is refused, with the reason.

use std::{path::PathBuf, process::Command};

use dqops_users_trust::{Ground, count, promise};
use serde_json::Value;

use crate::{client::patiently, place::Store, server::Server, stage::Stage};

const JANE: &str = "jane.doe@example.com";

/// A hundred thousand passwords that leaked most often, as they come with the crate that knows them.
fn leaked() -> Vec<String> {
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().unwrap();
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let rustc = run("rustc", &["-vV"]);
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&run(env!("CARGO"), &args)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "passwords").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let file = manifest.with_file_name("data").join("common-passwords.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The refusal of a new password of Jane's, which says why.
fn refusal(server: &Server, stage: &Stage, password: &str) -> String {
    let path = format!("/api/users/{JANE}/password");
    let reply = patiently(|| stage.admin.at(server.address()).put_text(&path, password));
    let said = reply.text();
    assert_eq!(
        (reply.status, said.contains("password_rejected")),
        (400, true),
        "{password}: {said}"
    );
    reply.json()["detail"].as_str().unwrap().to_owned()
}

/// Reasons that are about what the password is, not how long.
const GUESSED: &str = "one of those that are guessed first";
const OF_EMAIL: &str = "made of the user's email";
const OF_PRODUCT: &str = "made of the product's name";

#[test]
fn leaked_passwords_are_refused() {
    let trial = promise("P3", "passwords that leaked most often", Ground::None);
    let stage = Stage::new(Store::Sqlite);
    stage.admin.add(JANE, "viewer").gives(201);
    let leaked = leaked();
    let lax = stage.place.server().args(&["--password-min-length", "10"]).start();
    // Of the hundred thousand, 1,212 pass the usual rule; with ten characters it is well over 3,000.
    for (server, least, wanted) in [(&stage.server, 12, 1200), (&lax, 10, 9000)] {
        let long = leaked.iter().filter(|text| text.chars().count() >= least);
        let long: Vec<_> = long.filter(|text| text.len() <= 256).collect();
        assert!(long.len() >= wanted, "{} of at least {least} characters", long.len());
        let tried: Vec<_> = long.iter().step_by(count(wanted / 100, 1)).collect();
        for text in &tried {
            let reason = refusal(server, &stage, text);
            let known = [GUESSED, OF_EMAIL, OF_PRODUCT];
            assert!(known.iter().any(|known| reason.contains(known)), "{text}: {reason}");
        }
        trial.figure(format!("{} of {least} characters and more", tried.len()));
        trial.tried(tried.len());
    }
}

#[test]
fn the_users_email_and_the_products_name_are_refused() {
    let trial = promise("P3", "forms of the user's email and the product's name", Ground::None);
    let stage = Stage::new(Store::Sqlite);
    stage.admin.add(JANE, "viewer").gives(201);
    for (texts, wanted) in [
        (
            &[
                "jane.doe@example.com",
                "JANE.DOE@EXAMPLE.COM",
                "Jane.Doe2026!",
                "1234jane.doe!",
                "jane.doejane.doe",
                "!!jane.doe@example.com!!",
            ][..],
            OF_EMAIL,
        ),
        (
            &[
                "dqopsdqopsdqops",
                "DQOps2026!!!",
                "dqops-users1",
                "dqo-dqo-dqo-dqo",
                "123456-DQOPS",
                "dqops-dqo-1234",
            ],
            OF_PRODUCT,
        ),
    ] {
        for text in texts {
            let reason = refusal(&stage.server, &stage, text);
            assert!(reason.contains(wanted), "{text}: {reason}");
            trial.tried(1);
        }
    }
}
