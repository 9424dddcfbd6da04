//! Who may do what: every operation, every role, one's own things and those of others.

use std::{fs, path::Path};

use dqops_users_domain::{Permission, Role, licence::LicenceType};
use dqops_users_service::ServiceError;
use jiff::SignedDuration;

use crate::{
    operations::{OPERATIONS, Trial, WITHOUT_CALLER},
    stage::Stage,
};

/// The answer as a letter of the table in `operations`.
fn letter(answer: &Result<(), ServiceError>) -> char {
    match answer {
        Ok(()) => 'y',
        Err(ServiceError::PermissionDenied(Permission::View)) => 'v',
        Err(ServiceError::PermissionDenied(Permission::ManageAccount)) => 'm',
        Err(ServiceError::ApiKeyNotFound) => 'k',
        Err(ServiceError::SessionNotFound) => 's',
        Err(ServiceError::AuthenticationRequired) => 'l',
        Err(ServiceError::NoMail) => 'x',
        Err(ServiceError::NoOwner) => 'n',
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_operation_answers_to_every_role_as_the_table_says() {
    let stage = Stage::sqlite().await;
    stage.with_admin().await;
    let mut number = 0;
    let mut wrong = Vec::new();
    for (name, expected, operation) in OPERATIONS {
        let mut answers = String::new();
        for role in Role::ALL {
            stage.install(LicenceType::Enterprise, 1000).await;
            number += 1;
            let trial = Trial::prepare(&stage, number, role).await;
            let before = stage.audit().await;
            let answer = operation(&trial).await;
            let is_unchanged = stage.audit().await == before;
            assert!(is_unchanged || answer.is_ok(), "{name} did something for {role}");
            answers.push(letter(&answer));
        }
        if answers != *expected {
            wrong.push(format!("{name}: {answers} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn the_local_operator_may_do_all_but_what_needs_a_user_behind_it() {
    let stage = Stage::sqlite().await;
    stage.with_admin().await;
    for (number, (name, _, operation)) in OPERATIONS.iter().enumerate() {
        stage.install(LicenceType::Enterprise, 1000).await;
        let mut trial = Trial::prepare(&stage, number, Role::Viewer).await;
        trial.caller = stage.operator();
        let expected = match *name {
            "change_caller_password" | "change_confirmed_password" | "has_own_password" => 'n',
            "mail_password_link" => 'x',
            "revoke_api_key_of mixed" => 'k',
            "sign_out" | "end_session_of mixed" => 's',
            _ => 'y',
        };
        assert_eq!(letter(&operation(&trial).await), expected, "{name}");
    }
}

#[tokio::test]
async fn the_owner_without_a_credential_may_do_what_an_admin_may() {
    let stage = Stage::sqlite().await;
    for (number, (name, expected, operation)) in OPERATIONS.iter().enumerate() {
        stage.install(LicenceType::Enterprise, 1000).await;
        stage.clock.advance(SignedDuration::from_secs(1));
        let mut trial = Trial::prepare(&stage, number, Role::Admin).await;
        trial.caller = stage.directory.owner().await.unwrap();
        trial.own = trial.caller.user().unwrap().email.clone();
        trial.own_key = stage.key_for(&trial.own).await.key.id;
        trial.own_session = stage.session_for(&trial.own).await.1;
        let next = stage.add(&format!("next{number}@example.com"), Role::Admin).await;
        assert_ne!(next, trial.own);
        assert!(expected.starts_with(letter(&operation(&trial).await)), "{name}");
    }
}

#[tokio::test]
async fn the_nameless_admin_may_do_all_but_what_needs_a_user_behind_it() {
    let stage = Stage::sqlite().await;
    for (number, (name, _, operation)) in OPERATIONS.iter().enumerate() {
        stage.install(LicenceType::Enterprise, 1000).await;
        let mut trial = Trial::prepare(&stage, number, Role::Viewer).await;
        trial.caller = stage.directory.owner().await.unwrap();
        assert!(trial.caller.user().is_none());
        let expected = match *name {
            "change_caller_password" | "change_confirmed_password" | "has_own_password" => 'n',
            "mail_password_link" => 'x',
            "revoke_api_key_of mixed" => 'k',
            "sign_out" | "end_session_of mixed" => 's',
            "issue_api_key own" | "issue_api_key other" => 'm',
            "recover_admin" | "copy_into" => 'l',
            _ => 'y',
        };
        assert_eq!(letter(&operation(&trial).await), expected, "{name}");
    }
}

/// A new operation fails the run until it has its line in the table.
#[test]
fn no_public_operation_is_missing_from_the_table() {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let is_known = |name: &str| {
        WITHOUT_CALLER.contains(&name)
            || OPERATIONS.iter().any(|(row, ..)| row.split(' ').next() == Some(name))
    };
    let missing: Vec<_> = found.iter().filter(|name| !is_known(name)).collect();
    assert!(missing.is_empty(), "without a line in the table: {missing:?}");
    assert!(found.len() > 30, "the search found only {found:?}");
}

/// The names of the public functions in all `impl Directory` below a folder.
fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let mut is_inside = false;
        for line in fs::read_to_string(&path).unwrap().lines() {
            is_inside = line == "impl Directory {" || (is_inside && line != "}");
            let declared = line.strip_prefix("    pub ").and_then(|rest| rest.split_once("fn "));
            if let (true, Some((_, rest))) = (is_inside, declared) {
                found.push(rest.split(['(', '<']).next().unwrap().to_owned());
            }
        }
    }
}
