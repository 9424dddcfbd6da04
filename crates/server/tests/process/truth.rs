//! What the server says of changes while something fails, held against what is there afterwards: what
//! it acknowledged is, what it says was not done is not, and only where neither is known is neither said.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use crate::{
    client::{Client, Reply},
    place::Place,
    time::{PATIENCE, eventually},
    trail::whole_directory,
};

/// What the server says of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    Done,
    NotDone,
    Unknown,
}

#[track_caller]
pub(crate) fn said(reply: &Reply) -> Said {
    let detail = || reply.json()["detail"].as_str().unwrap().to_owned();
    match reply.status {
        201 => Said::Done,
        503 => {
            assert_eq!(reply.find("retry-after"), Some("1"), "{reply:?}");
            match detail() {
                text if text.contains("nothing was changed") => Said::NotDone,
                text if text.contains("look whether") => Said::Unknown,
                text => panic!("{text}"),
            }
        }
        _ => panic!("{reply:?}"),
    }
}

/// What was said of each user that was to be added.
pub(crate) type Answers = BTreeMap<String, Said>;

/// Makes sure that all of it is true; answers how often each was said.
#[track_caller]
pub(crate) fn are_true(place: &Place, answers: &Answers) -> BTreeMap<Said, usize> {
    let users = whole_directory(place);
    let mut counts = BTreeMap::new();
    for (email, said) in answers {
        *counts.entry(*said).or_insert(0) += 1;
        let is_there = users.contains_key(email);
        let is_true = *said == Said::Unknown || (*said == Said::Done) == is_there;
        assert!(is_true, "{email}: {said:?}, and is there: {is_there}");
    }
    counts
}

/// Callers who add users until they are stopped.
pub(crate) struct Writers {
    is_over: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Answers>>,
}

impl Writers {
    pub(crate) fn start(admin: &Client, count: usize) -> Self {
        let (is_over, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let threads = (0..count).map(|name| {
            let (admin, is_over, done) = (admin.clone(), Arc::clone(&is_over), Arc::clone(&done));
            thread::spawn(move || write(&admin, name, &is_over, &done))
        });
        Self { threads: threads.collect(), is_over, done }
    }

    /// Waits until so many more are added.
    pub(crate) fn wait_for(&self, more: usize) {
        let goal = self.done.load(Ordering::Relaxed) + more;
        eventually(PATIENCE, "more users are added", || {
            (self.done.load(Ordering::Relaxed) >= goal).then_some(())
        });
    }

    /// Stops them; answers what was said to them.
    pub(crate) fn stop(self) -> Answers {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

/// Adds users until it is over; answers what was said of each.
fn write(admin: &Client, name: usize, is_over: &AtomicBool, done: &AtomicUsize) -> Answers {
    let mut answers = Answers::new();
    while !is_over.load(Ordering::Relaxed) {
        let email = format!("user{name}-{}@example.com", answers.len());
        let said = said(&admin.add(&email, "viewer"));
        answers.insert(email, said);
        done.fetch_add(usize::from(said == Said::Done), Ordering::Relaxed);
    }
    answers
}
