//! What the tests of `backup`, `restore` and `copy` share.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Child,
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};

use crate::{
    place::{Place, Store},
    program::{Captured, Program, exit_code},
    time::{block_on, timed},
    vendor,
};

pub(crate) const ADMIN: &str = "ann@example.com";

/// One place of each kind, with nothing in it.
pub(crate) fn empty_places() -> [Place; 2] {
    [Place::new(Store::Sqlite), Place::new(Store::Postgres)]
}

/// A directory with an admin and so many others.
pub(crate) fn with_users(store: Store, others: usize) -> Place {
    let place = Place::new(store);
    place.cli(&["licence", "install", &vendor::team(1_000_000)]).succeeds();
    place.cli(&["user", "add", ADMIN, "--role", "admin"]).succeeds();
    let rows: Vec<Value> = (0..others)
        .map(|n| json!({"email": format!("user{n}@example.com"), "accountRole": "viewer"}))
        .collect();
    let rows = json!(rows).to_string();
    place.cli_with(&["user", "import", "-", "--format", "json"], &rows).succeeds();
    place
}

/// Where a backup of a test goes.
pub(crate) fn backup_file(place: &Place) -> PathBuf {
    place.folder().join("backup.db")
}

/// Makes one.
pub(crate) fn back_up(place: &Place) -> PathBuf {
    let file = backup_file(place);
    place.cli(&["backup", file.to_str().unwrap()]).succeeds();
    file
}

/// Restores a backup into a place.
pub(crate) fn restore(place: &Place, file: &Path) -> Program {
    place.program(&["restore", file.to_str().unwrap()])
}

/// What is said to whoever restores a backup that was edited; nothing is there afterwards.
pub(crate) fn refusal_of_edited(source: &Place, store: Store, sql: &'static str) -> String {
    let (file, target) = (back_up(source), Place::new(store));
    edit(&file, "DROP TRIGGER audit_never_changes; DROP TRIGGER audit_is_never_deleted");
    edit(&file, sql);
    let said = restore(&target, &file).run().fails(1);
    assert_eq!(count(&target), 0, "{sql}");
    fs::remove_file(&file).unwrap();
    said
}

/// How many users there are, of a database that exists.
pub(crate) fn count(place: &Place) -> usize {
    place.cli(&["user", "list", "--json"]).json().as_array().unwrap().len()
}

/// Runs statements on a file of `SQLite`.
pub(crate) fn edit(file: &Path, sql: &'static str) {
    block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    });
}

/// Runs a program to its end to see how long it takes, then kills one after the other at ever later
/// points of its work; `after` is told each time whether it had ended by itself.
pub(crate) fn kill_all_along(
    mut program: impl FnMut() -> Program,
    points: u32,
    mut after: impl FnMut(bool),
) {
    let (done, whole) = timed(|| program().run());
    done.succeeds();
    after(true);
    for point in 1..=points {
        let mut child = program().spawn();
        std::thread::sleep(whole * point / (points + 1));
        after(kill(&mut child));
    }
}

/// Kills a process; answers whether it had ended well before that.
fn kill(child: &mut Child) -> bool {
    let stderr = Captured::from(child.stderr.take().unwrap());
    let _ = child.kill();
    let code = exit_code(child, &stderr);
    assert!(matches!(code, None | Some(0)), "{code:?}: {}", stderr.whole());
    code == Some(0)
}

/// The pause between two writes of one of two writers, who together make 100 writes a second.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);
