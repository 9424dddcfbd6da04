//! `backup`: D6 in small, a file that is whole or not there, and nothing but the owner's.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use dqops_users_trust::promise;

use crate::{
    backups::{self, PAUSE, back_up, backup_file, count, empty_places, restore, with_users},
    client::Client,
    place::{Place, Store, on_both_stores},
    stage::Stage,
    time::{PATIENCE, eventually},
    trail::whole_directory,
};

on_both_stores!(
    a_backup_under_writes_holds_all_that_was_acknowledged_before_it,
    a_backup_that_is_killed_leaves_no_half_file,
    a_file_that_is_there_is_replaced_only_when_that_is_said,
    a_directory_whose_trail_does_not_hold_has_a_backup_and_a_warning,
);

const ROUNDS: usize = 3;

/// Adds users at a hundred a second, and knows who was acknowledged.
struct Writers {
    acknowledged: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Writers {
    fn start(admin: &Client) -> Self {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let threads = ["a", "b"].map(|name| {
            let (admin, acknowledged) = (admin.clone(), Arc::clone(&acknowledged));
            let is_over = Arc::clone(&is_over);
            thread::spawn(move || {
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let email = format!("{name}{number}@example.com");
                    admin.add(&email, "viewer").gives(201);
                    acknowledged.lock().unwrap().push(email);
                    thread::sleep(PAUSE);
                }
            })
        });
        Self { acknowledged, is_over, threads: threads.into() }
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap().iter().cloned().collect()
    }

    /// Waits until so many more were added.
    fn go_on(&self, more: usize) {
        let enough = self.acknowledged.lock().unwrap().len() + more;
        eventually(PATIENCE, "users are added", || {
            (self.acknowledged.lock().unwrap().len() >= enough).then_some(())
        });
    }

    /// Ends them; none of them saw a refusal.
    fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

fn a_backup_under_writes_holds_all_that_was_acknowledged_before_it(store: Store) {
    let trial = promise("D6", "backups while 100 users a second are added", store.ground());
    let stage = Stage::new(store);
    let writers = Writers::start(&stage.admin);
    for round in 0..dqops_users_trust::count(ROUNDS, 20) {
        writers.go_on(40);
        let before = writers.acknowledged();
        let file = stage.place.folder().join(format!("backup{round}.db"));
        stage.place.cli(&["backup", file.to_str().unwrap()]).succeeds();
        writers.go_on(1);
        for place in empty_places() {
            restore(&place, &file).run().succeeds();
            let users: BTreeSet<_> = whole_directory(&place).into_keys().collect();
            let lost: Vec<_> = before.difference(&users).collect();
            assert!(lost.is_empty(), "round {round}: acknowledged and not in the backup: {lost:?}");
            place.cli(&["audit", "verify"]).succeeds();
        }
        trial.tried(1);
    }
    writers.end();
    whole_directory(&stage.place);
    stage.server.stop().0.succeeds();
}

fn a_backup_that_is_killed_leaves_no_half_file(store: Store) {
    let place = with_users(store, 1_500);
    let file = backup_file(&place);
    let mut unfinished = 0;
    backups::kill_all_along(
        || place.program(&["backup", file.to_str().unwrap()]),
        6,
        |has_ended| {
            unfinished += u32::from(!file.exists());
            assert!(file.exists() || !has_ended);
            if file.exists() {
                let target = Place::new(Store::Sqlite);
                restore(&target, &file).run().succeeds();
                assert_eq!(count(&target), 1_501);
                fs::remove_file(&file).unwrap();
            }
        },
    );
    assert!(unfinished > 0, "each was complete before it was killed");
    // What the killed left beside it is taken away by the next.
    back_up(&place);
    let left: Vec<_> = fs::read_dir(place.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("backup"))
        .collect();
    assert_eq!(left, ["backup.db"]);
}

fn a_file_that_is_there_is_replaced_only_when_that_is_said(store: Store) {
    let place = with_users(store, 2);
    let file = back_up(&place);
    let name = file.to_str().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let first = fs::read(&file).unwrap();
    place.cli(&["user", "add", "late@example.com", "--role", "none"]).succeeds();
    let said = place.cli(&["backup", name]).fails(1);
    assert!(said.contains("exists already") && said.contains("--force"), "{said}");
    assert!(fs::read(&file).unwrap() == first);
    let said = place.cli(&["backup", name, "--force", "--json"]).json();
    let users = said["tables"].as_array().unwrap().iter().find(|table| table["table"] == "users");
    assert_eq!(users.unwrap(), &serde_json::json!({"table": "users", "rows": 4, "compared": 4}));
    assert!(said["audit"]["head"]["hash"].is_string(), "{said}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let said = place.cli(&["backup", place.folder().to_str().unwrap()]).fails(1);
    assert!(said.contains("is a folder"), "{said}");
    let said = place.cli(&["backup", "no/such/folder/backup.db"]).fails(1);
    assert!(said.contains("no/such/folder"), "{said}");
    let elsewhere = place.bare_program(&["backup", "other.db"]).run().fails(1);
    assert!(elsewhere.contains("there is no directory in"), "{elsewhere}");
}

fn a_directory_whose_trail_does_not_hold_has_a_backup_and_a_warning(store: Store) {
    let place = with_users(store, 2);
    place.drop_audit_guards();
    place.raw("UPDATE audit SET subject = 'eve@example.com' WHERE sequence = 2");
    let file = backup_file(&place);
    let done = place.cli(&["backup", file.to_str().unwrap()]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("entry 2 was edited"), "{}", done.stderr);
    assert!(file.exists());
    for target in empty_places() {
        let said = restore(&target, &file).run().fails(1);
        assert!(said.contains("--accept-broken-trail"), "{said}");
        assert_eq!(count(&target), 0);
        restore(&target, &file).args(&["--accept-broken-trail"]).run().succeeds();
        assert_eq!(count(&target), 3);
        target.cli(&["audit", "verify"]).fails(1);
    }
}

#[test]
fn a_directory_in_which_nothing_is_has_no_backup() {
    let place = Place::new(Store::Sqlite);
    let said = place.cli(&["backup", "backup.db"]).fails(1);
    assert!(said.contains("nothing to copy"), "{said}");
    assert!(!backup_file(&place).exists());
}
