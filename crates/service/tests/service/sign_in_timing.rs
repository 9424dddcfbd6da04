//! P8 in small: how long a failed sign-in takes does not tell why it failed.

use std::time::Duration;

use dqops_users_domain::Role;
use dqops_users_service::ServiceError;
use tokio::time::Instant;

use crate::{
    stage::Stage,
    values::{OTHER_STRONG, STRONG, assert_refused, email, password},
};

/// The kinds of failure: the name and the password that is tried.
const KINDS: [(&str, &str); 4] = [
    ("nobody@example.com", STRONG),
    ("jane@example.com", OTHER_STRONG),
    ("fresh@example.com", STRONG),
    ("former@example.com", STRONG),
];

const ROUNDS: usize = 21;

/// A leak shows every time; what else the machine does does not.
const ATTEMPTS: usize = 3;

#[tokio::test]
async fn all_failures_take_as_long() {
    let stage = Stage::sqlite().await;
    for (name, role) in [("jane", Role::Viewer), ("fresh", Role::Viewer), ("former", Role::None)] {
        stage.add(&format!("{name}@example.com"), role).await;
    }
    for name in ["jane@example.com", "former@example.com"] {
        let (strong, operator) = (Some(password(STRONG)), stage.operator());
        let changed = stage.directory.change_user_password(&operator, &email(name), strong).await;
        changed.unwrap();
    }
    let mut measured = Vec::new();
    for _ in 0..ATTEMPTS {
        let medians = measure(&stage).await;
        let (quickest, slowest) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        if *slowest < *quickest * 2 {
            return;
        }
        measured.push(medians);
    }
    panic!("medians of the kinds differ: {measured:?}");
}

/// The median time of each kind, measured in turns so that all share what the machine does.
async fn measure(stage: &Stage) -> [Duration; KINDS.len()] {
    let mut times = [const { Vec::new() }; KINDS.len()];
    for turn in 0..ROUNDS * KINDS.len() {
        // Each round begins with another kind.
        let kind = (turn + turn / KINDS.len()) % KINDS.len();
        let (name, text) = KINDS[kind];
        let begin = Instant::now();
        let answer = stage.directory.verify_password(name, password(text)).await;
        times[kind].push(begin.elapsed());
        assert_refused!(answer, ServiceError::InvalidCredential);
    }
    times.map(median)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
