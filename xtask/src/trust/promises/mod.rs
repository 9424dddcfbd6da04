//! The promises of the directory, each with the tests that try it.

mod audit;
mod authorization;
mod durability;
mod input;
mod licence;
mod load;
mod passwords;
mod sign_in;

use dqops_users_trust::Ground;

/// A promise: one line of `TRUST.md`.
pub(super) struct Promise {
    /// Its name, by which tests report.
    pub(super) id: &'static str,
    /// What it says.
    pub(super) says: &'static str,
    /// Where it must be shown.
    pub(super) on: On,
    /// What tries it.
    pub(super) runs: &'static [Run],
}

/// Where a promise must be shown.
#[derive(Clone, Copy)]
pub(super) enum On {
    /// On SQLite and on Postgres.
    Both,
    /// On Postgres alone.
    PostgresOnly,
    /// It does not touch a store.
    NoStore,
}

/// What tries a promise.
pub(super) enum Run {
    /// Tests of a package.
    Tests {
        /// The package, by its name.
        package: &'static str,
        /// The name of the test target; `lib` for the unit tests of a library.
        target: &'static str,
        /// Parts of the names of tests, as `cargo test` takes them.
        names: &'static [&'static str],
        /// Whether one test runs after the other: for those that measure time.
        one_by_one: bool,
    },
    /// A task of `cargo xtask`, with its arguments, which reports as tests do.
    Task(&'static [&'static str]),
}

impl On {
    /// The grounds on which there must be a report.
    pub(super) const fn grounds(self) -> &'static [Ground] {
        match self {
            Self::Both => &[Ground::Sqlite, Ground::Postgres],
            Self::PostgresOnly => &[Ground::Postgres],
            Self::NoStore => &[Ground::None],
        }
    }
}

/// All promises, under the heading of each part.
pub(super) const PARTS: &[(&str, &[Promise])] = &[
    ("Passwords", passwords::PROMISES),
    ("Sign-in, tokens, sessions", sign_in::PROMISES),
    ("Authorization and invariants", authorization::PROMISES),
    ("Input", input::PROMISES),
    ("Licence", licence::PROMISES),
    ("Audit", audit::PROMISES),
    ("Durability and faults", durability::PROMISES),
    ("Load", load::PROMISES),
];

/// The tests of the program as a process.
const fn process(names: &'static [&'static str]) -> Run {
    Run::Tests { package: "dqops-users", target: "process", names, one_by_one: false }
}

/// The same, one after the other.
const fn timed_process(names: &'static [&'static str]) -> Run {
    Run::Tests { package: "dqops-users", target: "process", names, one_by_one: true }
}

/// The tests of the service on both stores.
const fn service(names: &'static [&'static str]) -> Run {
    Run::Tests { package: "dqops-users-service", target: "service", names, one_by_one: false }
}

/// The tests of the REST adapter.
const fn rest(names: &'static [&'static str]) -> Run {
    Run::Tests { package: "dqops-users-http", target: "rest", names, one_by_one: false }
}

/// The unit tests of the domain.
const fn domain(names: &'static [&'static str]) -> Run {
    Run::Tests { package: "dqops-users-domain", target: "lib", names, one_by_one: false }
}
