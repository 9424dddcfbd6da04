//! What is wanted of the figures, whether it is met, and why not where it is not.

use super::{
    figures::{Footprint, Measurement, Operation, Results},
    subject::Store,
};
use crate::thousands::thousands;

/// One thing that is wanted, as it turned out on one store.
pub(super) struct Verdict {
    pub(super) what: String,
    pub(super) wanted: String,
    /// The worst that was found; `None` where it was not measured.
    pub(super) found: Option<String>,
    pub(super) is_met: bool,
    /// Why it falls short, where it does.
    pub(super) reason: &'static str,
}

/// What must hold at each size: an operation, with one client if it is a change, beside its limit.
const RATIOS: [(Operation, f64, &str); 4] = [
    (Operation::Read, 0.8, READ),
    (Operation::List, 0.8, LIST),
    (Operation::SignIn, 0.8, SIGN_IN),
    (Operation::Create, 0.7, COMMITS),
];

/// How much dearer an operation may be at any size than at the smallest one, and still be flat.
const FLAT: f64 = 1.25;

const READ: &str = "A read is let in, looked up and answered like one of the bare server, and does more on the way: a digest of the token, an entity tag, headers, a request id, a place among the requests at work.";
const LIST: &str =
    "The list stands ready as bytes, as the bare server's does, and is let in like any read.";
const COMMITS: &str = "The limit is one statement of one row on a connection that is open already. A create is a request over HTTP, a credential that is looked up, a decision under the directory lock, a user and an audit entry with all their indexes and the directory's record; where a flush is fast, those weigh more than the flush that both wait for. With many clients the flush is shared.";
const MANY: &str =
    "Changes that wait are committed together, but each still has its own statements.";
const READS_GROW: &str = "Up to 5,000 users are read, which are remembered at any size: what differs is how much of the memory the processor's caches hold.";
const CHANGES_GROW: &str = "The indexes of many users and of their audit entries do not fit into the caches, so a change reads and writes more pages.";
const IMPORT: &str = "Each row is a user and an audit entry, with nine indexes in all and a hash over the entry before.";
const IDLE: &str = "The program and its libraries take most of it.";
const LOADED: &str =
    "The whole list stands ready as bytes, and stands there twice while a new one is made.";
const SIGN_IN: &str =
    "The hash is computed beside three commits and the requests themselves, on the same cores.";

/// Everything that is wanted, on each store.
pub(super) fn verdicts(results: &Results, stores: &[Store]) -> Vec<Verdict> {
    stores.iter().flat_map(|store| of_store(results, *store)).collect()
}

fn of_store(results: &Results, store: Store) -> Vec<Verdict> {
    let mut verdicts: Vec<_> = RATIOS.iter().map(|wanted| ratio(results, store, wanted)).collect();
    verdicts.push(more_with_many(results, store));
    for (operation, reason) in [
        (Operation::Read, READS_GROW),
        (Operation::Create, CHANGES_GROW),
        (Operation::Delete, CHANGES_GROW),
    ] {
        verdicts.push(growth(results, store, operation, reason));
    }
    verdicts.push(bounded(
        results,
        store,
        "Import of 100,000 users",
        (100_000, " s", 10.0),
        IMPORT,
        |size| Some(size.import_seconds),
    ));
    verdicts.push(bounded(
        results,
        store,
        "Memory, idle, 10,000 users",
        (10_000, " MiB", 20.0),
        IDLE,
        |size| Some(size.idle_mib),
    ));
    verdicts.push(bounded(
        results,
        store,
        "Memory, after load, 1,000,000 users",
        (1_000_000, " MiB", 400.0),
        LOADED,
        |size| size.loaded_mib,
    ));
    verdicts
}

/// One client for a change; those who read or sign in are as many as they are.
fn clients(operation: Operation) -> Option<usize> {
    let is_change = matches!(operation, Operation::Create | Operation::Update | Operation::Delete);
    is_change.then_some(1)
}

/// A ratio that must hold at each size.
fn ratio(
    results: &Results,
    store: Store,
    (operation, least, reason): &(Operation, f64, &'static str),
) -> Verdict {
    let clients = clients(*operation);
    let measured = results.by_size(*operation, store, clients);
    let worst = measured.iter().min_by(|one, other| one.ratio.total_cmp(&other.ratio));
    let with = clients.map_or("", |_| ", one client");
    Verdict {
        what: format!("{operation}{with}, {}", store.title()),
        wanted: format!("≥ {least:.2} of the {}", operation.limit()),
        found: worst.map(|worst| format!("{:.2} at {}", worst.ratio, thousands(worst.users))),
        is_met: worst.is_some_and(|worst| worst.ratio >= *least),
        reason,
    }
}

/// More creates with many clients than with one, beside the same commits of one connection.
fn more_with_many(results: &Results, store: Store) -> Verdict {
    let one = results.by_size(Operation::Create, store, Some(1));
    let many = results.by_size(Operation::Create, store, Some(32));
    let gains = one.iter().zip(&many).map(|(one, many)| (many.ratio / one.ratio, *many));
    let worst = gains.min_by(|one, other| one.0.total_cmp(&other.0));
    Verdict {
        what: format!("{}, 32 clients, {}", Operation::Create, store.title()),
        wanted: "more than with one".to_owned(),
        found: worst.map(|(gain, many)| {
            format!("{gain:.1} times as many ({:.2}) at {}", many.ratio, thousands(many.users))
        }),
        is_met: worst.is_some_and(|(gain, _)| gain > 1.0),
        reason: MANY,
    }
}

/// How the middle cost grows beside that of the limit, which leaves the noise of the machine out.
fn growth(results: &Results, store: Store, operation: Operation, reason: &'static str) -> Verdict {
    let measured = results.by_size(operation, store, clients(operation));
    let cost = |found: &Measurement| found.ours.p50 / found.limit.p50;
    let grown = measured.split_first().and_then(|(first, others)| {
        let growth = others.iter().map(|other| (cost(other) / cost(first), other.users));
        let worst = growth.max_by(|one, other| one.0.total_cmp(&other.0))?;
        Some((worst.0, first.users, worst.1))
    });
    Verdict {
        what: format!("{operation}: growth of cost, {}", store.title()),
        wanted: format!("≤ {FLAT} times (flat)"),
        found: grown.map(|(growth, first, worst)| {
            format!("{growth:.2} times from {} to {}", thousands(first), thousands(worst))
        }),
        is_met: grown.is_some_and(|(growth, ..)| growth <= FLAT),
        reason,
    }
}

fn bounded(
    results: &Results,
    store: Store,
    what: &str,
    (users, unit, bound): (usize, &str, f64),
    reason: &'static str,
    figure: fn(&Footprint) -> Option<f64>,
) -> Verdict {
    let mut sizes = results.footprints.iter();
    let size = sizes.find(|size| size.store == store && size.users == users);
    let found = size.and_then(figure);
    Verdict {
        what: format!("{what}, {}", store.title()),
        wanted: format!("≤ {bound}{unit}"),
        found: found.map(|found| format!("{found:.1}{unit}")),
        is_met: found.is_some_and(|found| found <= bound),
        reason,
    }
}
