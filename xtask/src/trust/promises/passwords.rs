//! Passwords.

use super::{On, Promise, Run, process, timed_process};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "P1",
        says: "Stored passwords are argon2id (m ≥ 19456 KiB, t ≥ 2, p = 1), each with a salt of 16 bytes of its own",
        on: On::Both,
        runs: &[process(&["stored_passwords::"])],
    },
    Promise {
        id: "P2",
        says: "12 to 256 characters; more than 1,024 bytes are refused before hashing; passwords that nearly agree never open each other",
        on: On::NoStore,
        runs: &[process(&["password_pairs::"])],
    },
    Promise {
        id: "P3",
        says: "The commonest passwords, the product's name and the user's email are refused with the reason",
        on: On::NoStore,
        runs: &[process(&["common_passwords::"])],
    },
    Promise {
        id: "P4",
        says: "500 sign-ins at once stay within memory; the excess gets 503 within 2 s; health stays under 100 ms at p99",
        on: On::Both,
        runs: &[timed_process(&["sign_in_storm::five_hundred_sign_ins"])],
    },
    Promise {
        id: "P5",
        says: "500 clients that hang up leave no more hashes running than permits",
        on: On::Both,
        runs: &[
            timed_process(&["sign_in_storm::five_hundred_clients_that_hang_up"]),
            Run::Tests {
                package: "dqops-users-service",
                target: "lib",
                names: &["abandoned_work_neither_piles_up"],
                one_by_one: true,
            },
        ],
    },
    Promise {
        id: "P6",
        says: "A hostile stored hash is refused within 50 ms without allocating",
        on: On::NoStore,
        runs: &[timed_process(&["hostile_hashes::"])],
    },
    Promise {
        id: "P7",
        says: "Weaker hashes are upgraded on a successful sign-in only; a password change beside it wins",
        on: On::Both,
        runs: &[process(&["hash_upgrades::"])],
    },
    Promise {
        id: "P8",
        says: "Every kind of failed sign-in has the same status, body, headers and time",
        on: On::Both,
        runs: &[timed_process(&["failed_sign_ins::"])],
    },
];
