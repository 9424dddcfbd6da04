//! Input.

use super::{On, Promise, Run, process, rest};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "I1",
        says: "500 pairs of look-alike emails: one canonical form, or refused; no duplicates, no sign-in across",
        on: On::Both,
        runs: &[process(&["look_alikes::"])],
    },
    Promise {
        id: "I2",
        says: "An email as array, object, number, null, duplicate key, deep nesting or 300 KB is a 4xx with problem+json",
        on: On::Both,
        runs: &[rest(&["json_bodies::"])],
    },
    Promise {
        id: "I3",
        says: "No crooked path reaches another route or user",
        on: On::Both,
        runs: &[process(&["crooked_paths::"]), rest(&["paths::"])],
    },
    Promise {
        id: "I4",
        says: "schemathesis over our OpenAPI, and 1,000,000 generated cases: no 5xx, no panic, nothing internal in a body",
        on: On::Both,
        runs: &[
            Run::Tests {
                package: "dqops-users",
                target: "model",
                names: &["the_program_answers_as_the_model"],
                one_by_one: false,
            },
            Run::Tests {
                package: "dqops-users",
                target: "parsers",
                names: &["made_up_inputs_break_no_parser"],
                one_by_one: false,
            },
            Run::Task(&["schemathesis"]),
        ],
    },
    Promise {
        id: "I5",
        says: "Bodies are limited, also chunked; 405 and 415 where they belong",
        on: On::Both,
        runs: &[
            process(&["a_body_that_is_too_large"]),
            rest(&["body_limits::", "methods::", "content_types::"]),
        ],
    },
];
