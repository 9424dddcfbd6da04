//! Licence.

use super::{On, Promise, domain, process, rest, service};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "L1",
        says: "None of 100,000 mutations of a valid licence is accepted",
        on: On::NoStore,
        runs: &[domain(&["no_mutation_of_a_valid_licence"])],
    },
    Promise {
        id: "L2",
        says: "An expiry counts within 60 s without a restart; a clock set back by more than 24 h is noticed",
        on: On::Both,
        runs: &[
            process(&["a_licence_that_lapses_while_servers_run", "a_clock_that_was_set_back"]),
            service(&["licence_time::"]),
        ],
    },
    Promise {
        id: "L3",
        says: "Expired, over its seats or missing, a licence locks nobody out and lets nothing grow",
        on: On::Both,
        runs: &[process(&["licence_states::"]), rest(&["licence_states::"])],
    },
];
