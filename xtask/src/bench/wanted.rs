//! What is wanted of the figures, whether it is met, and why not where it is not.

use super::{
    figures::{Footprint, Measurement, Operation, Results},
    subject::Store,
};

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

const READ: &str = "A read is let in, looked up and answered like one of the bare server, and does more on the way: a digest of the token, an entity tag, headers, a request id, a place among the requests at work.";
const LIST: &str = "The list stands ready as bytes, as the bare server's does; what is missing is the noise of a run.";
const FLAT: &str = "The indexes of a million users and of their audit entries do not fit into the caches, so a change reads and writes more pages.";
const COMMITS: &str = "The limit is one statement of one row on a connection that is open already. A create is a request over HTTP, a credential that is looked up, a decision under the directory lock, a user and an audit entry with all their indexes and the directory's record; this disk acknowledges a flush in about 0.1 ms, so that those weigh more than the flush that both wait for. With many clients the flush is shared.";
const MANY: &str =
    "Changes that wait are committed together, but each still has its own statements.";
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
    let mut verdicts = vec![
        at_every_size(
            results,
            store,
            Operation::Read,
            (None, "≥ 0.80 of the bare server", 0.8),
            READ,
        ),
        at_every_size(
            results,
            store,
            Operation::List,
            (None, "≥ 0.80 of the bare server", 0.8),
            LIST,
        ),
        at_every_size(
            results,
            store,
            Operation::SignIn,
            (None, "≥ 0.80 of the bare hashes", 0.8),
            SIGN_IN,
        ),
        at_every_size(
            results,
            store,
            Operation::Create,
            (Some(1), "≥ 0.70 of the engine's commits", 0.7),
            COMMITS,
        ),
        more_with_many(results, store),
    ];
    let flat = [Operation::Read, Operation::Create, Operation::Delete];
    verdicts.extend(flat.map(|operation| flat_cost(results, store, operation)));
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

/// A ratio that must hold at each size.
fn at_every_size(
    results: &Results,
    store: Store,
    operation: Operation,
    (clients, wanted, least): (Option<usize>, &str, f64),
    reason: &'static str,
) -> Verdict {
    let measured = results.by_size(operation, store, clients);
    let worst = measured.iter().min_by(|one, other| one.ratio.total_cmp(&other.ratio));
    let with = clients.map_or(String::new(), |_| ", one client".to_owned());
    Verdict {
        what: format!("{operation}{with}, {}", store.title()),
        wanted: wanted.to_owned(),
        found: worst.map(|worst| format!("{:.2} at {}", worst.ratio, thousands(worst.users))),
        is_met: worst.is_some_and(|worst| worst.ratio >= least),
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
fn flat_cost(results: &Results, store: Store, operation: Operation) -> Verdict {
    let clients = (operation != Operation::Read).then_some(1);
    let measured = results.by_size(operation, store, clients);
    let cost = |found: &Measurement| found.ours.p50 / found.limit.p50;
    let growth = match measured[..] {
        [first, .., last] => Some((cost(last) / cost(first), first.users, last.users)),
        _ => None,
    };
    Verdict {
        what: format!("{operation}: growth of cost, {}", store.title()),
        wanted: "≤ 1.25 times (flat)".to_owned(),
        found: growth.map(|(growth, first, last)| {
            format!("{growth:.2} times from {} to {}", thousands(first), thousands(last))
        }),
        is_met: growth.is_some_and(|(growth, ..)| growth <= 1.25),
        reason: FLAT,
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

/// 1000000 as 1,000,000.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!(
            [7, 1_000, 123_456, 1_000_000].map(thousands),
            ["7", "1,000", "123,456", "1,000,000"]
        );
    }
}
