//! Licence.

use super::{On, Promise};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "L1",
        says: "None of 100,000 mutations of a valid licence is accepted",
        on: On::NoStore,
        runs: &[],
    },
    Promise {
        id: "L2",
        says: "An expiry counts within 60 s without a restart; a clock set back by more than 24 h is noticed",
        on: On::Both,
        runs: &[],
    },
    Promise {
        id: "L3",
        says: "Expired, over its seats or missing, a licence locks nobody out and lets nothing grow",
        on: On::Both,
        runs: &[],
    },
];
