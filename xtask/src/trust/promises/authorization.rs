//! Authorization and invariants.

use super::{On, Promise};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "A1",
        says: "Each role at each route and method, on oneself and others, is answered as the matrix says",
        on: On::Both,
        runs: &[],
    },
    Promise {
        id: "A2",
        says: "No column name in a body changes what it must not",
        on: On::Both,
        runs: &[],
    },
    Promise {
        id: "A3",
        says: "Two admins who take each other away always leave one",
        on: On::Both,
        runs: &[],
    },
    Promise {
        id: "A4",
        says: "Of 64 who want the last seat exactly one gets it, imports included",
        on: On::Both,
        runs: &[],
    },
    Promise {
        id: "A5",
        says: "No other form of an identifier leads to a different user",
        on: On::Both,
        runs: &[],
    },
];
