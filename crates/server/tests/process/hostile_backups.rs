//! Backups that were tampered with, files that lie in wait for a backup, and commands that are stopped:
//! nobody's database is lost, nothing damaged is let in, and no password hash is left lying about.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use rustix::{
    fs::{CWD, FileType, Mode, mknodat},
    process::{Pid, Signal, kill_process},
};

use crate::{
    backups::{back_up, backup_file, edit, refusal_of_edited, restore, with_users},
    place::{Place, Store, on_both_stores},
    program::{Captured, exit_code},
    stage::Stage,
    time::{PATIENCE, eventually},
};

on_both_stores!(
    a_damaged_backup_is_refused_and_nothing_is_there,
    a_directory_without_an_admin_is_restored_with_a_hint,
    a_command_that_is_stopped_leaves_no_file,
);

fn a_damaged_backup_is_refused_and_nothing_is_there(store: Store) {
    let source = with_users(Store::Sqlite, 3);
    for (sql, expected) in [
        ("UPDATE directory SET epoch = 9223372036854775807", "epoch 9223372036854775807"),
        ("UPDATE directory SET epoch = -1", "epoch -1"),
        ("UPDATE directory SET user_count = 0", "counts 0 users and holds 4"),
        ("UPDATE directory SET user_count = 9223372036854775807", "and holds 4"),
        ("UPDATE directory SET latest_time = 9223372036854775807", "latest_time"),
        ("UPDATE directory SET started_at = -9223372036854775808", "started_at"),
        ("UPDATE users SET created_at = 9223372036854775807", "created_at in the table users"),
        (
            "DROP TRIGGER users_email_never_changes; UPDATE users SET email = 'NOT AN EMAIL'
             WHERE email LIKE 'user1%'",
            "damaged",
        ),
        (
            "DROP TABLE throttles; CREATE VIEW throttles AS WITH RECURSIVE more(bucket) AS
             (SELECT 1 UNION ALL SELECT bucket + 1 FROM more) SELECT bucket, bucket AS until_time
             FROM more",
            "is not a backup",
        ),
    ] {
        let said = refusal_of_edited(&source, store, sql);
        assert!(said.contains(expected), "{sql}: {said}");
    }
}

fn a_directory_without_an_admin_is_restored_with_a_hint(store: Store) {
    let source = with_users(Store::Sqlite, 3);
    let file = back_up(&source);
    edit(&file, "UPDATE users SET account_role = 'viewer'");
    let target = Place::new(store);
    let done = restore(&target, &file).run();
    assert!(done.stderr.contains("recover-admin"), "{done:?}");
    done.succeeds();
    target.cli(&["recover-admin", "new@example.com"]).succeeds();
}

/// Neither a copy of the backup nor a half one: both hold password hashes.
fn a_command_that_is_stopped_leaves_no_file(store: Store) {
    let source = with_users(store, 1_500);
    let file = back_up(&source);
    for signal in [Signal::TERM, Signal::INT] {
        let (target, folder) = (Place::new(Store::Sqlite), tempfile::tempdir().unwrap());
        let restore = restore(&target, &file).env("TMPDIR", folder.path().to_str().unwrap());
        stop_at_work(restore.spawn(), signal, folder.path());
        assert_eq!(names(folder.path()), Vec::<String>::new());

        let (folder, later) = (tempfile::tempdir().unwrap(), "later.db");
        let backup = source.program(&["backup", folder.path().join(later).to_str().unwrap()]);
        let code = stop_at_work(backup.spawn(), signal, folder.path());
        let left = if code == Some(0) { vec![later.to_owned()] } else { Vec::new() };
        assert_eq!(names(folder.path()), left);
    }
}

/// Sends a signal to a process that has begun to work in a folder; answers its exit code.
fn stop_at_work(mut child: std::process::Child, signal: Signal, folder: &Path) -> Option<i32> {
    eventually(PATIENCE, "it works in its folder", || (!names(folder).is_empty()).then_some(()));
    kill_process(Pid::from_child(&child), signal).unwrap();
    let stderr = Captured::from(child.stderr.take().unwrap());
    let code = exit_code(&mut child, &stderr);
    // A backup can be complete by then.
    assert!(code == Some(0) || stderr.whole().contains("stopped"), "{}", stderr.whole());
    assert!(matches!(code, Some(0 | 1)), "{code:?}");
    code
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_backup_never_takes_the_place_of_a_database() {
    let stage = Stage::new(Store::Sqlite);
    let other = with_users(Store::Sqlite, 3);
    let live = stage.place.folder().join("users.db");
    let live = live.to_str().unwrap();
    // Its own database, and that of another directory.
    let said = stage.place.cli(&["backup", live, "--force"]).fails(1);
    assert!(said.contains("is the database itself"), "{said}");
    let said = other.cli(&["backup", live, "--force"]).fails(1);
    assert!(said.contains("a database in use"), "{said}");
    stage.admin.add("jane@example.com", "viewer").gives(201);
    stage.place.cli(&["audit", "verify"]).succeeds();
    // What is left of a database would be taken for a part of the backup.
    fs::write(other.folder().join("gone.db-wal"), "a log").unwrap();
    let said = other.cli(&["backup", "gone.db"]).fails(1);
    assert!(said.contains("gone.db-wal is there"), "{said}");
    assert!(!other.folder().join("gone.db").exists());
}

#[test]
fn a_folder_that_lies_in_wait_for_a_backup_is_not_used() {
    let (place, victim) = (with_users(Store::Sqlite, 3), tempfile::tempdir().unwrap());
    let thesis = victim.path().join("thesis");
    fs::write(&thesis, "all of it").unwrap();
    let partial = place.folder().join(".backup.db.partial");
    let refused = || {
        let said = place.cli(&["backup", "backup.db"]).fails(1);
        assert!(said.contains("in the way"), "{said}");
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "all of it");
        assert!(!backup_file(&place).exists());
    };
    symlink(victim.path(), &partial).unwrap();
    refused();
    fs::remove_file(&partial).unwrap();
    fs::create_dir(&partial).unwrap();
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o777)).unwrap();
    symlink(&thesis, partial.join("lock")).unwrap();
    refused();
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o700)).unwrap();
    place.cli(&["backup", "backup.db"]).fails(1);
    assert_eq!(fs::read_to_string(&thesis).unwrap(), "all of it");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let place = Place::new(Store::Sqlite);
    let pipe = place.folder().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
    let said = restore(&place, &pipe).run().fails(1);
    assert!(said.contains("is no file"), "{said}");
}

#[test]
fn an_empty_file_that_somebody_made_becomes_private() {
    let source = with_users(Store::Sqlite, 3);
    let (file, place) = (back_up(&source), Place::new(Store::Sqlite));
    let target = place.file("users.db", "");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    restore(&place, &file).run().succeeds();
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A mistyped name must not put tables into somebody else's database.
#[test]
fn what_makes_no_directory_leaves_an_empty_database_empty() {
    let place = Place::new(Store::Postgres);
    for args in [&["user", "list"][..], &["backup", "backup.db"], &["audit", "verify"]] {
        let said = place.program(args).run().fails(1);
        assert!(said.contains("there is no directory in postgres"), "{said}");
    }
    let said = place.program(&["copy", "--to", "sqlite://copy.db"]).run().fails(1);
    assert!(said.contains("there is no directory in postgres"), "{said}");
}
