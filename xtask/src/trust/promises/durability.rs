//! Durability and faults.

use super::{On, Promise, process, timed_process};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "D1",
        says: "kill -9, 500 times under 32 writers: nothing acknowledged is lost, nothing is half applied, ready again within 5 s",
        on: On::Both,
        runs: &[timed_process(&["durability::"])],
    },
    Promise {
        id: "D2",
        says: "strace shows the log's fdatasync before every acknowledged write",
        on: On::Both,
        runs: &[process(&["log_order::"])],
    },
    Promise {
        id: "D3",
        says: "Disk full: writes answer 503, reads go on, nothing is lost, recovery without a restart",
        on: On::Both,
        runs: &[timed_process(&["full_disk::"])],
    },
    Promise {
        id: "D4",
        says: "10,000 writes whose client hangs up: all or nothing, and 1,000 clean requests afterwards",
        on: On::Both,
        runs: &[process(&["hang_ups::"])],
    },
    Promise {
        id: "D5",
        says: "Postgres killed, restarted, cut off: 503 within 2 s, recovery by itself, nothing acknowledged lost",
        on: On::PostgresOnly,
        runs: &[timed_process(&["postgres_down::"])],
    },
    Promise {
        id: "D6",
        says: "An online backup at 100 writes a second restores and verifies; 4 replicas started together 50 times run one migration",
        on: On::Both,
        runs: &[timed_process(&[
            "replicas::servers_started_at_once_on_nothing",
            "cli_backup::a_backup_under_writes",
        ])],
    },
];
