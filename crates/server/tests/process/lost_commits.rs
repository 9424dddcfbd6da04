//! Writes while the way to Postgres fails: what was acknowledged is there, what is said not to have
//! been done is not, and only where neither is known is neither said.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    client::{Client, Reply},
    place::{Place, Store},
    proxy::Proxy,
    server::Server,
    time::{PATIENCE, eventually},
    trail::whole_directory,
    vendor,
};

/// What the server says of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Done,
    NotDone,
    Unknown,
}

fn said(reply: &Reply) -> Said {
    let detail = || reply.json()["detail"].as_str().unwrap().to_owned();
    match reply.status {
        201 => Said::Done,
        503 if detail().contains("nothing was changed") => Said::NotDone,
        503 if detail().contains("look whether") => Said::Unknown,
        _ => panic!("{reply:?}"),
    }
}

fn start(place: &Place, proxy: &Proxy) -> Server {
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    program.env("DQOPS_USERS_DATABASE_URL", &proxy.url(place.url())).start()
}

#[test]
fn a_commit_whose_answer_is_lost_is_said_to_be_unknown_and_then_seen() {
    let place = Place::new(Store::Postgres);
    let proxy = Proxy::to(place.url());
    let server = start(&place, &proxy);
    let admin = server.set_up();
    // The use of the key is noted beside the first request, and then not for a minute.
    eventually(PATIENCE, "the use of the key is noted", || {
        admin.get("/api/keys").json()[0]["lastUsedAt"].is_string().then_some(())
    });
    for round in 0..5 {
        let email = format!("user{round}@example.com");
        admin.get("/api/users").gives(200);
        proxy.lose_commit();
        let reply = admin.add(&email, "viewer");
        assert!(proxy.is_sound(), "no commit was lost");
        assert_eq!(said(&reply), Said::Unknown, "{reply:?}");
        assert!(admin.emails().contains(&email), "the server shows what was before");
        admin.add(&email, "viewer").refuses(409, "user_exists");
    }
    assert_eq!(whole_directory(&place).len(), 6);
}

const WRITERS: usize = 6;

/// Adds users until it is over; answers what was said of each.
fn write(
    admin: &Client,
    name: usize,
    is_over: &AtomicBool,
    done: &AtomicUsize,
) -> BTreeMap<String, Said> {
    let mut answers = BTreeMap::new();
    while !is_over.load(Ordering::Relaxed) {
        let email = format!("user{name}-{}@example.com", answers.len());
        let said = said(&admin.add(&email, "viewer"));
        answers.insert(email, said);
        done.fetch_add(usize::from(said == Said::Done), Ordering::Relaxed);
    }
    answers
}

#[test]
fn of_writes_while_the_way_fails_again_and_again_the_answers_are_true() {
    let place = Place::new(Store::Postgres);
    let mut proxy = Proxy::to(place.url());
    let server = start(&place, &proxy);
    let admin = server.set_up();
    let (is_over, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|name| {
            let (admin, is_over, done) = (admin.clone(), Arc::clone(&is_over), Arc::clone(&done));
            thread::spawn(move || write(&admin, name, &is_over, &done))
        })
        .collect();
    let more_are_done = || {
        let goal = done.load(Ordering::Relaxed) + 20;
        eventually(PATIENCE, "more users are added", || {
            (done.load(Ordering::Relaxed) >= goal).then_some(())
        });
    };
    for round in 0..4 {
        more_are_done();
        match round {
            0 | 2 => proxy.cut(),
            1 => proxy.lose_commit(),
            _ => proxy.go_silent(),
        }
        if round == 1 {
            eventually(PATIENCE, "a commit is lost", || proxy.is_sound().then_some(()));
        } else {
            let unavailable = || (admin.get("/api/ishealthy").status == 503).then_some(());
            eventually(PATIENCE, "the server notices", unavailable);
            proxy.restore();
        }
    }
    more_are_done();
    is_over.store(true, Ordering::Relaxed);
    let answers: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    let users = whole_directory(&place);
    let mut counts = BTreeMap::new();
    for (email, said) in answers {
        *counts.entry(format!("{said:?}")).or_insert(0) += 1;
        let is_there = users.contains_key(&email);
        assert!(said == Said::Unknown || (said == Said::Done) == is_there, "{email}: {said:?}");
    }
    assert!(counts.contains_key("Unknown") && counts.contains_key("NotDone"), "{counts:?}");
}
