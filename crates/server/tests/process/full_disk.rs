//! D3: the disk is full: changes are refused and say so, reads go on, nothing that was acknowledged is
//! lost, and all goes on by itself when there is room again.

use std::time::Duration;

use dqops_users_trust::{Cluster, Ground, Trial, count, promise};

use crate::{
    client::Client,
    place::{Place, Store},
    server::Server,
    small_disk::SmallDisk,
    time::{PATIENCE, eventually, spare, timed},
    truth::{Answers, Said, are_true, said},
    vendor,
};

/// An address of this machine that nothing else listens on.
const OWN_ADDRESS: &str = "127.0.0.95";

/// How soon a change is refused.
const PROMISED: Duration = Duration::from_secs(2);

/// A change meets a full disk at the latest after so many others, which found room in what was begun.
const MOST_THAT_FIT: usize = 3_000;

/// Changes that are asked for once the disk is full.
const WHILE_FULL: usize = 20;

/// The directory reads as always.
fn all_is_read(admin: &Client) {
    admin.get("/api/users?limit=1").gives(200);
    admin.get("/api/users/admin@example.com").gives(200);
    admin.get("/api/environment/profile").gives(200);
    admin.get("/api/ishealthy").gives(200);
}

/// Fills the disk, asks for changes, and makes room again; over and over.
fn fill_and_clear(trial: &Trial, server: &Server, admin: &Client, place: &Place, disk: &SmallDisk) {
    let mut answers = Answers::new();
    let (mut refused, mut slowest) = (0, Duration::ZERO);
    for round in 0..count(1, 20) {
        // Another number of bytes each time, so that it is full at another point of a change.
        disk.fill(u64::try_from(round % 7).unwrap() * 4096);
        let mut full_since = None;
        for number in 0..MOST_THAT_FIT {
            let email = format!("user{round}-{number}@example.com");
            let (reply, took) = timed(|| admin.add(&email, "viewer"));
            let said = said(&reply);
            answers.insert(email, said);
            if said != Said::Done {
                refused += 1;
                slowest = slowest.max(took);
                full_since.get_or_insert(number);
                all_is_read(admin);
            }
            if full_since.is_some_and(|since| number >= since + WHILE_FULL) {
                break;
            }
        }
        assert!(full_since.is_some(), "round {round}: the disk was never full");
        disk.clear();
        eventually(PATIENCE, "changes are made again", || {
            let email = format!("user{round}-again@example.com");
            let done = matches!(admin.add(&email, "viewer").status, 201 | 409);
            done.then_some(())
        });
        all_is_read(admin);
        trial.tried(1);
    }
    assert!(slowest < PROMISED + spare(), "a change was refused after {slowest:?}");
    are_true(place, &answers);
    place.cli(&["audit", "verify"]).succeeds();
    let log = server.log();
    assert!(!log.contains("panic"), "{log}");
    trial.figure(format!("{refused} changes refused, the slowest after {slowest:.0?}"));
}

#[test]
fn while_the_disk_of_sqlite_is_full_reads_go_on_and_nothing_is_lost() {
    let trial = promise("D3", "a full tmpfs", Ground::Sqlite);
    let place = Place::new(Store::Sqlite);
    let disk = match SmallDisk::over(place.folder(), 8) {
        Ok(disk) => disk,
        Err(why) => return trial.cannot_be_tried(why),
    };
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    let server = program.start();
    let admin = server.set_up();
    fill_and_clear(&trial, &server, &admin, &place, &disk);
    drop((server, disk));
}

#[test]
fn while_the_disk_of_postgres_is_full_reads_go_on_and_nothing_is_lost() {
    let trial = promise("D3", "a full tmpfs", Ground::Postgres);
    let Some(binaries) = Cluster::binaries() else {
        return trial.cannot_be_tried("there are no programs of Postgres to start one with");
    };
    let folder = tempfile::tempdir().unwrap();
    // Room for the log of the whole test: Postgres itself stops when it cannot write that.
    let disk = match SmallDisk::over(folder.path(), 96) {
        Ok(disk) => disk,
        Err(why) => return trial.cannot_be_tried(why),
    };
    let cluster = Cluster::start(&binaries, folder.path(), OWN_ADDRESS).unwrap();
    let place = Place::at(&cluster.url());
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    let server = program.start();
    let admin = server.set_up();
    fill_and_clear(&trial, &server, &admin, &place, &disk);
    drop((server, cluster, disk));
}
