//! T2: whoever fails as somebody keeps that somebody out neither for long nor for good.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use dqops_users_trust::{Trial, count, is_full, promise};

use crate::{
    client::{Client, Reply},
    crowd::Ending,
    people::{OTHER_PASSWORD, PASSWORD, address, redeem, set_password, sign_in, try_to_sign_in},
    place::{Store, on_both_stores},
    server::{ADMIN, Server},
    stage::Stage,
    time::{PATIENCE, eventually, timed},
};

on_both_stores!(
    the_last_admin_signs_in_from_anywhere_while_one_address_fails_as_the_admin,
    the_last_admin_signs_in_from_a_known_place_while_many_addresses_fail_as_the_admin,
);

const NEW_PASSWORD: &str = "seven green lanterns whistle";

const PROMISED: Duration = Duration::from_secs(30);

/// The victim is the last admin.
fn stage(store: Store) -> Stage {
    let stage = Stage::behind_a_proxy(store);
    set_password(&stage.place, ADMIN, PASSWORD);
    stage
}

fn fail(client: &Client) -> Reply {
    try_to_sign_in(client, ADMIN, OTHER_PASSWORD)
}

/// Fails as the victim from so many addresses, over and over, while something else is done.
fn while_attacked<T>(server: &Server, addresses: usize, done: impl FnOnce() -> T) -> T {
    const THREADS: usize = 4;
    let (is_over, failed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let attack = |first: usize| {
        for number in (first..addresses).step_by(THREADS).cycle() {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            let reply = fail(&server.anonymous().from(&address(number)));
            assert!(matches!(reply.status, 401 | 429 | 503), "{reply:?}");
            failed.fetch_add(1, Ordering::Relaxed);
            // So that the attacker leaves some of the machine to the server.
            thread::sleep(Duration::from_millis(1));
        }
    };
    thread::scope(|scope| {
        for first in 0..THREADS.min(addresses) {
            let attack = &attack;
            scope.spawn(move || attack(first));
        }
        let _ending = Ending(&is_over);
        let wanted = addresses * 11;
        eventually(PATIENCE, "the attack is under way", || {
            (failed.load(Ordering::Relaxed) >= wanted).then_some(())
        });
        done()
    })
}

/// Signs the victim in as often as wanted, from an address each, and answers the longest that it took.
fn sign_in_again_and_again(trial: &Trial, server: &Server, from: impl Fn(usize) -> String) {
    let mut worst = Duration::ZERO;
    for number in 0..count(3, 100) {
        let victim = server.anonymous().from(&from(number));
        let ((), took) = timed(|| {
            eventually(PROMISED, "the victim signs in", || {
                let reply = try_to_sign_in(&victim, ADMIN, PASSWORD);
                // It may have to wait its turn, but its password is never taken for a wrong one.
                assert!(matches!(reply.status, 201 | 429 | 503), "{reply:?}");
                (reply.status == 201).then_some(())
            });
        });
        assert!(took < PROMISED, "let in after {took:?}");
        worst = worst.max(took);
        trial.tried(1);
    }
    trial.figure(format!("at the latest after {worst:.0?}"));
}

fn the_last_admin_signs_in_from_anywhere_while_one_address_fails_as_the_admin(store: Store) {
    let what = "sign-ins from a new place while one address fails as the last admin";
    let trial = promise("T2", what, store.ground());
    let stage = stage(store);
    while_attacked(&stage.server, 1, || {
        sign_in_again_and_again(&trial, &stage.server, |number| address(1000 + number));
    });
}

fn the_last_admin_signs_in_from_a_known_place_while_many_addresses_fail_as_the_admin(store: Store) {
    const ADDRESSES: usize = 50;
    let what = "sign-ins from a known place while 50 addresses fail as the last admin";
    let trial = promise("T2", what, store.ground());
    let stage = stage(store);
    let home = stage.server.anonymous().from("192.0.2.1");
    sign_in(&home, ADMIN, PASSWORD);
    let abroad = stage.server.anonymous().from("192.0.2.2");
    while_attacked(&stage.server, ADDRESSES, || {
        sign_in_again_and_again(&trial, &stage.server, |_| "192.0.2.1".to_owned());
        // Where nobody knows the admin, it is one of the many; on the server itself it never is.
        let refused = try_to_sign_in(&abroad, ADMIN, PASSWORD).refuses(429, "too_many_requests");
        let wait: u64 = refused.find("retry-after").unwrap().parse().unwrap();
        assert!((1..=6).contains(&wait), "{wait}");
        stage.key_of(ADMIN).get("/api/users").gives(200);
        // A link from there makes the place known.
        let link = stage.place.cli(&["user", "password-link", ADMIN]).succeeds();
        redeem(&abroad, link.trim(), NEW_PASSWORD);
        sign_in(&abroad, ADMIN, NEW_PASSWORD);
        trial.tried(3);
    });
    if is_full() {
        // The attack is over: nothing of it lasts.
        let elsewhere = stage.server.anonymous().from("192.0.2.3");
        let ((), took) = timed(|| {
            eventually(PROMISED, "the victim signs in from a new place", || {
                let reply = try_to_sign_in(&elsewhere, ADMIN, NEW_PASSWORD);
                assert!(matches!(reply.status, 201 | 429 | 503), "{reply:?}");
                (reply.status == 201).then_some(())
            });
        });
        trial.figure(format!("from a new place {took:.0?} after the attack"));
        trial.tried(1);
    }
}
