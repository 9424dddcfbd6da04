//! P8 in small: how long a failed sign-in takes does not tell why it failed.

use std::{net::IpAddr, time::Duration};

use dqops_users_domain::Role;
use dqops_users_service::ServiceError;
use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    sign_ins::{Failed, fail},
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
async fn all_passwords_that_are_not_right_take_as_long_to_verify() {
    let stage = Stage::sqlite().await;
    let directory = &stage.directory;
    assert_as_long(&stage, async |name, text, _| {
        assert_refused!(
            directory.verify_password(name, password(text)).await,
            ServiceError::SignInRefused
        );
    })
    .await;
}

#[tokio::test]
async fn all_failed_sign_ins_take_as_long() {
    let stage = Stage::sqlite().await;
    let directory = &stage.directory;
    assert_as_long(&stage, async |name, text, turn| {
        // From another address each time, so that nobody has to wait.
        let address = IpAddr::from([10, 0, 0, u8::try_from(turn).unwrap()]).to_string();
        assert_eq!(fail(directory, name, text, &address).await, Failed::Refused);
    })
    .await;
}

/// Asserts that `attempt`, which gets the name, the password and the turn, always takes as long.
async fn assert_as_long(stage: &Stage, mut attempt: impl AsyncFnMut(&str, &str, usize)) {
    for (name, role) in [("jane", Role::Viewer), ("fresh", Role::Viewer), ("former", Role::None)] {
        stage.add(&format!("{name}@example.com"), role).await;
    }
    for name in ["jane@example.com", "former@example.com"] {
        stage.set_password(&email(name), STRONG).await;
    }
    let mut measured = Vec::new();
    for _ in 0..ATTEMPTS {
        let medians = measure(&mut attempt).await;
        let (quickest, slowest) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        if *slowest < *quickest * 2 {
            return;
        }
        measured.push(medians);
        stage.clock.advance(SignedDuration::from_hours(1));
    }
    panic!("medians of the kinds differ: {measured:?}");
}

/// The median time of each kind, measured in turns so that all share what the machine does.
async fn measure(attempt: &mut impl AsyncFnMut(&str, &str, usize)) -> [Duration; KINDS.len()] {
    let mut times = [const { Vec::new() }; KINDS.len()];
    for turn in 0..ROUNDS * KINDS.len() {
        // Each round begins with another kind.
        let kind = (turn + turn / KINDS.len()) % KINDS.len();
        let (name, text) = KINDS[kind];
        let begin = Instant::now();
        attempt(name, text, turn).await;
        times[kind].push(begin.elapsed());
    }
    times.map(median)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
