//! Load.

use super::{On, Promise, timed_process};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "O1",
        says: "10 times overload for 60 s: no crash, the excess refused fast, normal again within 5 s",
        on: On::Both,
        runs: &[timed_process(&["overload::"])],
    },
    Promise {
        id: "O2",
        says: "5,000 slow clients are dropped within 10 s while others keep p99 < 250 ms; SIGTERM drains within 10 s",
        on: On::Both,
        runs: &[timed_process(&["slow_clients::", "rolling_restart::"])],
    },
];
