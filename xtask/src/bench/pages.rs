//! The users page of the console beside the REST page of the same size.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};

use super::{
    Options, load,
    load::Requests,
    report::{Report, Row, median},
    subject::{Running, Store, Subject, email},
};

/// Users on a page of the console.
const PAGE: usize = 50;

/// One connection: what is measured is the time of the server, not of a queue.
const CONNECTIONS: usize = 1;

/// What a page of the console may take at the 99th of a hundred answers.
const BOUND_MILLIS: f64 = 20.0;

/// Places in the list that are asked for in turn.
const PLACES: usize = 200;

pub(super) async fn measure(
    store: Store,
    subject: &Subject,
    users: usize,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let session = subject.session()?;
    let (server, _) = subject.start()?;
    let page = |query: &str| load::page_request(&format!("/users?{query}"), &session);
    let rest =
        |query: &str| load::request(&format!("/api/users?limit={PAGE}{query}"), &subject.token);
    let place = |number: usize| email(number * users / PLACES);
    let orders = ["sort=email", "sort=-email", "sort=added", "sort=-added", "sort=role"];
    let anywhere = |number: usize| {
        let order = orders[number % orders.len()];
        page(&format!("{order}&after=viewer+0+{}", place(number)))
    };
    let rest_anywhere = |number: usize| rest(&format!("&after={}", place(number)));
    let cases = [
        ("first", vec![page("")], vec![rest("")]),
        (
            "any, in any order",
            (0..PLACES).map(anywhere).collect(),
            (0..PLACES).map(rest_anywhere).collect(),
        ),
        ("of one found", vec![page("search=user0099999")], vec![rest("&search=user0099999")]),
    ];
    for (what, pages, rest) in cases {
        let what = format!("users page of {users}, {what}, {}", store.name());
        compare(&what, &server, &Arc::new(pages), &Arc::new(rest), options, report).await?;
    }
    Ok(())
}

async fn compare(
    what: &str,
    server: &Running,
    pages: &Requests,
    rest: &Requests,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let length = Duration::from_secs_f64(options.seconds);
    let (mut ours, mut limit, mut p99) = (Vec::new(), Vec::new(), Vec::new());
    server.body(pages.first().context("a page")?)?;
    for _ in 0..options.rounds {
        let measured = load::drive(server.address, pages, CONNECTIONS, length).await?;
        ours.push(measured.rate);
        p99.push(f64::from(measured.p99) / 1000.0);
        limit.push(load::drive(server.address, rest, CONNECTIONS, length).await?.rate);
    }
    report.add(Row::bounded(format!("{what}, p99"), " ms", median(&p99), BOUND_MILLIS));
    report.add(Row::beside(format!("{what}, beside REST"), "/s", median(&ours), median(&limit)));
    Ok(())
}
