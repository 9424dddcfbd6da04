//! Authorization and invariants.

use super::{On, Promise, process, rest, service};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "A1",
        says: "Each role at each route and method, on oneself and others, is answered as the matrix says",
        on: On::Both,
        runs: &[rest(&["matrix::"])],
    },
    Promise {
        id: "A2",
        says: "No column name in a body changes what it must not",
        on: On::Both,
        runs: &[rest(&["mass_assignment::"])],
    },
    Promise {
        id: "A3",
        says: "Two admins who take each other away always leave one",
        on: On::Both,
        runs: &[process(&["duels::"])],
    },
    Promise {
        id: "A4",
        says: "Of 64 who want the last seat exactly one gets it, imports included",
        on: On::Both,
        runs: &[
            process(&["of_many_creates_at_one_free_seat", "an_import_on_the_command_line"]),
            service(&["an_import_and_a_create"]),
        ],
    },
    Promise {
        id: "A5",
        says: "No other form of an identifier leads to a different user",
        on: On::Both,
        runs: &[rest(&["identifiers::"])],
    },
];
