//! Audit.

use super::{On, Promise, process};

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "U1",
        says: "10,000 changes under kill -9: as many audit entries as changes; failed sign-ins are kept",
        on: On::Both,
        runs: &[process(&["audit_kills::"])],
    },
    Promise {
        id: "U2",
        says: "The chain verifies offline; any single edit, deletion or reordering is found, and a cut tail against an exported head",
        on: On::Both,
        runs: &[process(&["audit_exhaustive::"])],
    },
    Promise {
        id: "U3",
        says: "200 secrets through every route at TRACE: none in logs, audit, metrics or panics; line ends and escapes are escaped",
        on: On::Both,
        runs: &[process(&["canaries::"])],
    },
];
