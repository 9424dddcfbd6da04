//! The measurements on one store, ours and the limit in turns.

use std::{sync::Arc, time::Duration};

use anyhow::Result;

use super::{
    Options, load,
    load::Requests,
    pages,
    report::{Report, Row, median},
    subject::{Running, Store, Subject, email},
};

/// Connections of the load generator: many for small answers, few for large ones.
const CONNECTIONS: usize = 32;
const LIST_CONNECTIONS: usize = 4;

/// Different users that are asked for in turn.
const ASKED_USERS: usize = 5000;

pub(super) async fn measure(
    store: Store,
    postgres: &str,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    for users in [10_000, 100_000] {
        let small = users == 10_000;
        if !options.wants("list") && !options.wants("pages") && !small {
            continue;
        }
        eprintln!("{}: importing {users} users", store.name());
        let subject = Subject::make(store, postgres, users)?;
        if !small && options.wants("pages") {
            pages::measure(store, &subject, users, options, report).await?;
        }
        if !options.wants("list") && !small {
            continue;
        }
        if small && options.wants("start") {
            start(store, &subject, report)?;
        }
        let (ours, _) = subject.start()?;
        let list = load::request("/api/users", &subject.token);
        let ceiling = subject.start_ceiling(&ours.body(&list)?)?;
        if small && options.wants("read") {
            let requests = (0..ASKED_USERS).map(|number| {
                let email = email(number * users / ASKED_USERS);
                load::request(&format!("/api/users/{email}"), &subject.token)
            });
            let requests = Arc::new(requests.collect());
            let what = format!("one user of {users}, {}", store.name());
            report
                .add(compare(what, 0.75, &ours, &ceiling, &requests, CONNECTIONS, options).await?);
        }
        if options.wants("list") {
            let what = format!("whole list of {users}, {}", store.name());
            let requests = Arc::new(vec![list]);
            report.add(
                compare(what, 0.8, &ours, &ceiling, &requests, LIST_CONNECTIONS, options).await?,
            );
        }
    }
    Ok(())
}

/// Start to first answer on an existing database, and memory when nothing happens.
fn start(store: Store, subject: &Subject, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..9 {
        let (running, time) = subject.start()?;
        times.push(time.as_secs_f64() * 1000.0);
        std::thread::sleep(Duration::from_millis(300));
        memory.push(running.memory()?);
    }
    let name = store.name();
    report.add(Row::bounded(format!("start to first answer, {name}"), " ms", median(&times), 50.0));
    report.add(Row::bounded(
        format!("resident memory idle, {name}"),
        " MiB",
        median(&memory),
        20.0,
    ));
    Ok(())
}

async fn compare(
    what: String,
    wanted: f64,
    ours: &Running,
    ceiling: &Running,
    requests: &Requests,
    connections: usize,
    options: &Options,
) -> Result<Row> {
    let length = Duration::from_secs_f64(options.seconds);
    let (mut our_rates, mut limit_rates) = (Vec::new(), Vec::new());
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    // Once beforehand, so that both have warm caches and grown buffers.
    load::drive(ours.address, requests, connections, length / 4).await?;
    load::drive(ceiling.address, requests, connections, length / 4).await?;
    for _ in 0..options.rounds {
        let measured = load::drive(ours.address, requests, connections, length).await?;
        our_rates.push(measured.rate);
        p50.push(f64::from(measured.p50));
        p99.push(f64::from(measured.p99));
        limit_rates.push(load::drive(ceiling.address, requests, connections, length).await?.rate);
    }
    let what = format!(
        "{what} (p50 {:.2} ms, p99 {:.2} ms)",
        median(&p50) / 1000.0,
        median(&p99) / 1000.0
    );
    Ok(Row::rate(what, "/s", median(&our_rates), median(&limit_rates), wanted))
}
