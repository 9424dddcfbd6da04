//! The table on the terminal, and the page `TRUST.md`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{IsTerminal as _, stdout},
};

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use dqops_users_trust::Outcome;

use super::{
    promises::{PARTS, Promise},
    record::{Record, Sum, name},
};
use crate::{thousands::thousands, workspace};

const HEADS: [&str; 6] = ["promise", "on", "tried", "broken", "took", "outcome"];

const INTRODUCTION: &str = "\
# What dqops-users promises, and how often it was tried

Each line is a promise that `cargo xtask trust` tries against the release build: the program itself, a real Postgres, several replicas; \
tables of rules and parsers are tried within the test. The ordinary test run holds the same tests with small counts. \
*Broken* counts the tests that found the promise broken; what could not be tried on the machine counts as *not shown*. \
What took how long says little of another machine: tests wait for each other, and for the faults that they make.

This page is written by `cargo xtask trust`; `--only D1,T5` tries some lines and keeps what earlier runs on the same machine found of the others.
";

/// Prints what came of it: a table for people, tab-separated lines for programs.
pub(super) fn print(records: &[Record]) {
    let rows = rows(records);
    if !stdout().is_terminal() {
        println!("{}", HEADS.join("\t"));
        for row in rows {
            println!("{}", row.join("\t"));
        }
        return;
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(HEADS);
    for row in rows {
        table.add_row(row);
    }
    for column in [2, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
}

fn rows(records: &[Record]) -> Vec<[String; 6]> {
    let of_record = |record: &Record| {
        let sums = record.sums(record.promise()?);
        Some(sums.iter().map(|sum| row(&record.id, sum)).collect::<Vec<_>>())
    };
    records.iter().filter_map(of_record).flatten().collect()
}

fn row(id: &str, sum: &Sum) -> [String; 6] {
    [
        id.to_owned(),
        name(sum.ground).to_owned(),
        thousands(sum.tried),
        sum.broken.to_string(),
        duration(sum.seconds),
        sum.outcome().to_owned(),
    ]
}

/// Writes `TRUST.md`, unless that would take away what another machine found.
pub(super) fn write(records: &[Record]) -> Result<()> {
    let is_kept = |promise: &&Promise| records.iter().any(|record| record.id == promise.id);
    let promises = || PARTS.iter().flat_map(|(_, promises)| *promises);
    let missing: Vec<_> =
        promises().filter(|one| !is_kept(one)).map(|promise| promise.id).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        eprintln!("TRUST.md stays as it is: this machine has not tried {missing} yet");
        return Ok(());
    }
    let by_id: BTreeMap<_, _> = records.iter().map(|record| (record.id.as_str(), record)).collect();
    let file = workspace::root()?.join("TRUST.md");
    fs::write(&file, text(&by_id)?)?;
    eprintln!("written: {}", file.display());
    Ok(())
}

fn text(records: &BTreeMap<&str, &Record>) -> Result<String> {
    let mut page = INTRODUCTION.to_owned();
    for (part, promises) in PARTS {
        write!(page, "\n## {part}\n\n| | promise | on | tried | broken | took |\n")?;
        page += "|---|---|---|---:|---:|---:|\n";
        for promise in *promises {
            add_lines(&mut page, promise, records.get(promise.id).copied())?;
        }
    }
    page += "\n## What each line tried\n\n";
    for promise in PARTS.iter().flat_map(|(_, promises)| *promises) {
        if let Some(record) = records.get(promise.id) {
            add_details(&mut page, record)?;
        }
    }
    Ok(page)
}

fn add_lines(page: &mut String, promise: &Promise, record: Option<&Record>) -> Result<()> {
    let Some(record) = record else {
        writeln!(page, "| {} | {} | | not shown | | |", promise.id, promise.says)?;
        return Ok(());
    };
    for (number, sum) in record.sums(promise).iter().enumerate() {
        let (id, says) = if number == 0 { (promise.id, promise.says) } else { ("", "") };
        let broken = if sum.broken > 0 { format!("**{}**", sum.broken) } else { "0".to_owned() };
        let broken = if sum.outcome() == "not shown" { "not shown".to_owned() } else { broken };
        let (ground, tried, took) = (name(sum.ground), thousands(sum.tried), duration(sum.seconds));
        writeln!(page, "| {id} | {says} | {ground} | {tried} | {broken} | {took} |")?;
    }
    Ok(())
}

fn add_details(page: &mut String, record: &Record) -> Result<()> {
    writeln!(page, "**{}** ({}, commit {})\n", record.id, record.day, record.commit)?;
    for report in &record.reports {
        let (what, ground, tried) = (&report.what, name(report.ground), thousands(report.tried));
        write!(page, "- {what}, {ground}: {tried}")?;
        match &report.outcome {
            Outcome::Held => {}
            Outcome::Broken => write!(page, ", **broken**")?,
            Outcome::NotShown(why) => write!(page, ", not shown: {why}")?,
        }
        for figure in &report.figures {
            write!(page, "; {figure}")?;
        }
        writeln!(page)?;
    }
    writeln!(page)?;
    Ok(())
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    format!("{:.1} min", seconds / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_nobody_tried_is_on_the_page() -> Result<()> {
        let page = text(&BTreeMap::new())?;
        for promise in PARTS.iter().flat_map(|(_, promises)| *promises) {
            assert!(page.contains(&format!("| {} | {} | | not shown", promise.id, promise.says)));
        }
        Ok(())
    }
}
