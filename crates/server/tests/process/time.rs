//! The monotonic clock, and waiting for what another process does.

use std::{
    thread,
    time::{Duration, Instant},
};

/// What no step of a test takes on any machine: past it, something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What a machine that is busy with other tests may add to a promised time: nothing where full counts
/// are asked for, which is done on a quiet one.
pub(crate) fn spare() -> Duration {
    if dqops_users_trust::is_full() { Duration::ZERO } else { Duration::from_secs(1) }
}

#[expect(clippy::disallowed_methods, reason = "these tests measure how long a process takes")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What `attempt` answers, and how long it took.
pub(crate) fn timed<T>(attempt: impl FnOnce() -> T) -> (T, Duration) {
    let began = now();
    let answer = attempt();
    (answer, began.elapsed())
}

/// Tries again and again until there is an answer.
pub(crate) fn eventually<T>(
    within: Duration,
    what: &str,
    mut attempt: impl FnMut() -> Option<T>,
) -> T {
    let began = now();
    loop {
        if let Some(answer) = attempt() {
            return answer;
        }
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Of times in order, the one that so many percent of them do not exceed.
#[track_caller]
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent).div_ceil(100) - 1]
}

/// Runs a future of the storage crates to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
