//! `BENCHMARKS.md`, from what was measured.

use std::fmt::Write as _;

use super::{
    Options,
    figures::{Measurement, Operation, Results},
    subject::Store,
    wanted::verdicts,
};
use crate::thousands::thousands;

pub(super) const FILE: &str = "BENCHMARKS.md";
pub(super) const PLOT: &str = "docs/benchmarks.svg";

const INTRODUCTION: &str = "\
# What it costs

`cargo xtask bench --write` makes this page. It starts the release server on each store, fills it, and measures every operation beside its limit, both in turns in the same rounds,
so that the ratio means something on a machine whose figures do not:

- reads, beside a bare axum server that answers the same bytes from memory after the same bearer check; up to 5,000 users are read in turn, so that they are remembered,
  and where there are enough of them others who were never read before;
- changes, beside the transactions of one row that the engine itself makes durable on the same disk with the same settings, one after the other
  (SQLite: write-ahead log and `synchronous=FULL`; Postgres: `pgbench` with one client and a prepared statement);
- sign-ins, beside bare argon2id of the same costs on as many threads.

Load generator, server and database share the cores. Rates are the middle of the rounds, ratios the middle of the rounds' ratios, times those of all answers, where there are enough of them.
What is created is deleted again, so that a size stays what it is, and lies scattered among the others.
";

/// The page. What it says is Markdown.
pub(super) fn render(results: &Results, machine: &str, options: &Options) -> String {
    let mut page = format!("{INTRODUCTION}\n{machine}\n");
    let _ = writeln!(page, "{} rounds of {} s.\n", options.rounds, options.seconds);
    wanted(&mut page, results, &options.stores());
    let _ = writeln!(
        page,
        "## How cost grows with users\n\n![Median and 99th percentile of each operation, from a thousand to a million users]({PLOT})\n"
    );
    page.push_str("Changes with one client.\n\n");
    for operation in [&Operation::BY_SIZE[..], &[Operation::ReadAnew]].concat() {
        of_operation(&mut page, results, operation);
    }
    footprints(&mut page, results);
    console(&mut page, results);
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn wanted(page: &mut String, results: &Results, stores: &[Store]) {
    page.push_str("## What is wanted\n\nThe worst of all sizes counts; growth is that from the smallest size to whichever is worst.\n\n| what | wanted | found | |\n|---|---|---|---|\n");
    let verdicts = verdicts(results, stores);
    for verdict in &verdicts {
        let met = match (&verdict.found, verdict.is_met) {
            (None, _) => "not measured",
            (_, true) => "✓",
            (_, false) => "short",
        };
        let found = verdict.found.as_deref().unwrap_or("–");
        let _ = writeln!(page, "| {} | {} | {found} | {met} |", verdict.what, verdict.wanted);
    }
    let short: Vec<_> =
        verdicts.iter().filter(|verdict| verdict.found.is_some() && !verdict.is_met).collect();
    if !short.is_empty() {
        page.push_str("\nWhy it falls short where it does:\n\n");
        let mut told: Vec<&str> = Vec::new();
        for verdict in &short {
            if told.contains(&verdict.reason) {
                continue;
            }
            told.push(verdict.reason);
            let same = short.iter().filter(|other| other.reason == verdict.reason);
            let names: Vec<_> = same.map(|other| other.what.as_str()).collect();
            let _ = writeln!(page, "- *{}*: {}", names.join("; "), verdict.reason);
        }
    }
    page.push('\n');
}

fn of_operation(page: &mut String, results: &Results, operation: Operation) {
    let rows: Vec<_> =
        Store::ALL.into_iter().flat_map(|store| results.by_size(operation, store, None)).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "### {operation}\n");
    table(page, &rows);
}

fn table(page: &mut String, rows: &[&Measurement]) {
    let limit = rows.first().map_or("limit", |row| row.operation.limit());
    let _ = writeln!(
        page,
        "| store | users | clients | rate | {limit} | ratio | p50 | p99 | p99.9 | p50 of the limit |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for row in rows {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {}/s | {}/s | {:.2} | {} | {} | {} | {} |",
            row.store.title(),
            thousands(row.users),
            row.clients,
            rate(row.ours.rate),
            rate(row.limit.rate),
            row.ratio,
            millis(row.ours.p50),
            row.ours.p99.map_or("–".to_owned(), millis),
            row.ours.p999.map_or("–".to_owned(), millis),
            millis(row.limit.p50),
        );
    }
    page.push('\n');
}

fn footprints(page: &mut String, results: &Results) {
    page.push_str("## Start, memory, import\n\nResident memory of the server: idle after a start, and after all of the above with the whole list in memory.\n\n");
    page.push_str("| store | users | start to first answer | idle | after load | import of all |\n|---|--:|--:|--:|--:|--:|\n");
    for size in &results.footprints {
        let loaded = size.loaded_mib.map_or("–".to_owned(), |mib| format!("{mib:.1} MiB"));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {:.1} MiB | {loaded} | {:.1} s |",
            size.store.title(),
            thousands(size.users),
            millis(size.start_millis),
            size.idle_mib,
            size.import_seconds,
        );
    }
    page.push('\n');
}

fn console(page: &mut String, results: &Results) {
    let of = |operation| {
        Store::ALL.into_iter().flat_map(move |store| results.by_size(operation, store, None))
    };
    let rows: Vec<_> = of(Operation::UsersPage).chain(of(Operation::UsersSearch)).collect();
    for operation in [Operation::UsersPage, Operation::UsersSearch] {
        let rows: Vec<_> = rows.iter().copied().filter(|row| row.operation == operation).collect();
        if !rows.is_empty() {
            let _ = writeln!(
                page,
                "## Console: {operation}\n\nBeside the REST page of as many users.\n"
            );
            table(page, &rows);
        }
    }
}

/// Whole answers a second, or parts where there are few.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
fn rate(rate: f64) -> String {
    if rate < 100.0 { format!("{rate:.1}") } else { thousands(rate.round() as usize) }
}

fn millis(millis: f64) -> String {
    if millis < 10.0 { format!("{millis:.2} ms") } else { format!("{millis:.0} ms") }
}
