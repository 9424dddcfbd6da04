//! How long the end may take: what is being answered is let finish, but not for ever.

use std::{thread, time::Duration};

use rustix::process::Signal;

use crate::{
    place::Store,
    shutdown::{begin_to_add, refuses_connections},
    stage::Stage,
    time::{spare, timed},
};

#[test]
fn what_never_ends_does_not_hold_up_the_end() {
    let mut stage = Stage::new(Store::Sqlite);
    let mut half_a_head = stage.admin.connect().unwrap();
    half_a_head.write("GET /api/us").unwrap();
    let mut wire = begin_to_add(&stage, 1000);
    let dripping = thread::spawn(move || {
        // Always a little more, so that the body is not given up as stalled.
        while wire.write(" ").is_ok() {
            thread::sleep(Duration::from_millis(250));
        }
    });
    stage.server.signal(Signal::TERM);
    let (done, took) = timed(|| stage.server.end());
    assert!(Duration::from_secs(5) < took && took < Duration::from_secs(10) + spare(), "{took:?}");
    done.succeeds();
    dripping.join().unwrap();
    half_a_head.reply().unwrap_err();
}

/// Whoever cannot wait says so again.
#[test]
fn another_signal_cuts_off_what_is_being_answered() {
    let mut stage = Stage::new(Store::Sqlite);
    let mut wire = begin_to_add(&stage, 1000);
    stage.server.signal(Signal::TERM);
    refuses_connections(&stage.server);
    stage.server.signal(Signal::TERM);
    let (done, took) = timed(|| stage.server.end());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(done.stderr.contains("are cut off"), "{}", done.stderr);
    wire.reply().unwrap_err();
}
