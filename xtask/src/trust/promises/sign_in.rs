//! Sign-in, tokens, sessions.

use super::{On, Promise, process, timed_process};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "T1",
        says: "200 wrong passwords at once: no more are looked at than the throttle lets through, across restarts and replicas; junk names change nothing",
        on: On::Both,
        runs: &[timed_process(&["throttles::"])],
    },
    Promise {
        id: "T2",
        says: "While an attacker fails as the victim, the victim signs in within 30 s; the last admin is never locked out for good",
        on: On::Both,
        runs: &[timed_process(&["lock_outs::"])],
    },
    Promise {
        id: "T3",
        says: "`X-Forwarded-For` counts only from configured proxies",
        on: On::Both,
        runs: &[timed_process(&["forwarded::"])],
    },
    Promise {
        id: "T4",
        says: "Tokens have at least 128 random bits; the database holds none of 1,000 that were issued",
        on: On::Both,
        runs: &[process(&["issued_tokens::"])],
    },
    Promise {
        id: "T5",
        says: "After a password change, reset, deletion or demotion nothing that was revoked succeeds; at another replica not after the stated bound",
        on: On::Both,
        runs: &[timed_process(&["rights::", "revocation_bound::"])],
    },
    Promise {
        id: "T6",
        says: "A key ends at once, and never has more rights than its owner has now",
        on: On::Both,
        runs: &[process(&["owned_keys::"])],
    },
    Promise {
        id: "T7",
        says: "Of 50 who set up at once one wins; no default account, password or secret exists",
        on: On::Both,
        runs: &[process(&["of_many_set_ups_over_two_servers", "defaults::"])],
    },
];
